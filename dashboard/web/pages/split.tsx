import type { Dimension } from '../../../domain/view.ts';
import { Segments } from '../parts/segments.tsx';
import { useParam } from '../state/view.tsx';

export interface SplitOption {
  readonly value: Dimension;
  readonly title: string;
}

export const usualSplits: readonly SplitOption[] = [
  { value: 'model', title: 'Model' },
  { value: 'provider', title: 'Provider' },
  { value: 'feature', title: 'Feature' },
  { value: 'user_id', title: 'User' },
];

/** What the page's charts are stacked by, in the URL as `by`. */
export function useSplit(options: readonly SplitOption[]) {
  const [text, setText] = useParam('by');
  const value = (options.find((option) => option.value === text) ?? options[0])?.value ?? 'model';
  const control = <Segments label="Stack by" options={options} value={value} onChange={setText} />;
  return { value, control };
}
