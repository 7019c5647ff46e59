import { useSearchParams } from 'react-router';
import { useValues } from '../api/queries.ts';
import { useView } from '../state/view.tsx';

const MOST = 6;
const USUAL = 3;

export interface ChosenModels {
  /** In the URL as `model`, repeated; without it the ones that are called most. Null while those are not known. */
  readonly models: readonly string[] | null;
  readonly known: readonly string[];
  readonly isFull: boolean;
  toggle(model: string): void;
}

export function useChosenModels(): ChosenModels {
  const { view } = useView();
  const [params, setParams] = useSearchParams();
  const values = useValues('model', '', view.kind);
  const known = (values.data?.values ?? []).map(({ value }) => value).filter((value) => value !== '');
  const asked = params.getAll('model').slice(0, MOST);
  const models = asked.length > 0 ? asked : values.data === undefined ? null : known.slice(0, USUAL);
  return {
    models,
    known: [...new Set([...known, ...asked])],
    isFull: (models?.length ?? 0) >= MOST,
    toggle(model) {
      const now = models ?? [];
      const next = now.includes(model) ? now.filter((each) => each !== model) : [...now, model];
      setParams((before) => {
        const after = new URLSearchParams(before);
        after.delete('model');
        for (const each of next.slice(0, MOST)) after.append('model', each);
        return after;
      });
    },
  };
}
