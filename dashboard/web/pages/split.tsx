import type { Dimension } from '../../../domain/view.ts';
import { Segments } from '../parts/segments.tsx';
import { useParam } from '../state/view.tsx';

export interface SplitOption {
  readonly value: Dimension;
  readonly title: string;
}

const model: SplitOption = { value: 'model', title: 'Model' };
const provider: SplitOption = { value: 'provider', title: 'Provider' };
const feature: SplitOption = { value: 'feature', title: 'Feature' };
const user: SplitOption = { value: 'user_id', title: 'User' };
const version: SplitOption = { value: 'prompt_version', title: 'Version' };

export const usualSplits: readonly SplitOption[] = [model, provider, feature, user];

/** For the page of one value, what tells most of it first. */
export function splitsOf(dimension: Dimension): readonly SplitOption[] {
  if (dimension === 'model') return [feature, user, provider];
  if (dimension === 'prompt_id') return [version, model, user, provider];
  return usualSplits.filter((option) => option.value !== dimension);
}

/** What the page's charts are stacked by, in the URL as `by`. */
export function useSplit(options: readonly SplitOption[]) {
  const [text, setText] = useParam('by');
  const value = (options.find((option) => option.value === text) ?? options[0])?.value ?? 'model';
  const control = <Segments label="Stack by" options={options} value={value} onChange={setText} />;
  return { value, control };
}
