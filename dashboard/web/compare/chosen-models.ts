import { useSearchParams } from 'react-router';
import { MOST_COMPARED } from '../../../domain/compare-api.ts';
import { useValues } from '../api/queries.ts';
import { useView } from '../state/view.tsx';

export interface ChosenModels {
  /** In the URL as `model`, repeated; without it the server chooses. */
  readonly named: readonly string[];
  readonly known: readonly string[];
  /** `shown` are those that stand side by side now, whoever chose them. */
  toggle(model: string, shown: readonly string[]): void;
}

export function useChosenModels(): ChosenModels {
  const { view } = useView();
  const [params, setParams] = useSearchParams();
  const values = useValues('model', '', view.kind);
  const known = (values.data?.values ?? []).map(({ value }) => value).filter((value) => value !== '');
  const named = params.getAll('model').slice(0, MOST_COMPARED);
  return {
    named,
    known: [...new Set([...known, ...named])],
    toggle(model, shown) {
      const next = shown.includes(model) ? shown.filter((each) => each !== model) : [...shown, model];
      setParams((before) => {
        const after = new URLSearchParams(before);
        after.delete('model');
        for (const each of next.slice(0, MOST_COMPARED)) after.append('model', each);
        return after;
      });
    },
  };
}
