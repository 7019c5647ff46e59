import { useDeferredValue, useState } from 'react';
import type { Filter, NumericField } from '../../../domain/view.ts';
import { useValues } from '../api/queries.ts';
import { compact, integer } from '../format/number.ts';
import { Button } from '../parts/button.tsx';
import { reasonOf } from '../parts/failure.tsx';
import { Segments } from '../parts/segments.tsx';
import { useView } from '../state/view.tsx';
import { fieldUnits, valueTitle } from '../state/vocabulary.ts';
import { searchField } from './search-field.ts';

type ValuesFilter = Extract<Filter, { op: 'is' | 'is_not' | 'contains' | 'not_contains' }>;
const isValuesFilter = (filter: Filter | null): filter is ValuesFilter =>
  filter !== null && filter.op !== 'at_least' && filter.op !== 'at_most';

interface FormProps<F> {
  readonly field: F;
  readonly existing: Filter | null;
  readonly onApply: (filter: Filter) => void;
}

const operators = [
  { value: 'is', title: 'is' },
  { value: 'is_not', title: 'is not' },
  { value: 'contains', title: 'contains' },
  { value: 'not_contains', title: 'lacks' },
] as const;

export function ValuesForm({ field, existing, onApply }: FormProps<string>) {
  const start = isValuesFilter(existing) ? existing : null;
  const [op, setOp] = useState<ValuesFilter['op']>(start?.op ?? 'is');
  const [ticked, setTicked] = useState<readonly string[]>(start?.values ?? []);
  const [search, setSearch] = useState('');
  const exact = op === 'is' || op === 'is_not';
  const typed = search.trim();
  const values = exact || typed === '' ? ticked : [typed];
  const chosen = values.length === 0 && typed !== '' ? [typed] : values;
  const toggle = (value: string) =>
    setTicked(ticked.includes(value) ? ticked.filter((each) => each !== value) : [...ticked, value]);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (chosen.length > 0) onApply({ field, op, values: [...chosen] });
      }}
    >
      <div className="border-b border-line p-1.5">
        <Segments label="How to compare" options={operators} value={op} onChange={setOp} />
      </div>
      <input
        // biome-ignore lint/a11y/noAutofocus: the popover was opened to type here.
        autoFocus
        aria-label="Search values"
        placeholder={exact ? 'Search values …' : 'Text to look for …'}
        value={search}
        onChange={(event) => setSearch(event.target.value)}
        className={searchField}
      />
      {exact && <ValueList field={field} search={typed} ticked={ticked} onToggle={toggle} />}
      <div className="flex justify-end border-t border-line p-1.5">
        <Button type="submit" look="primary" disabled={chosen.length === 0}>
          Apply
        </Button>
      </div>
    </form>
  );
}

interface ValueListProps {
  readonly field: string;
  readonly search: string;
  readonly ticked: readonly string[];
  readonly onToggle: (value: string) => void;
}

function ValueList({ field, search, ticked, onToggle }: ValueListProps) {
  const { view } = useView();
  const found = useValues(field, useDeferredValue(search), view.kind);
  const rows = found.data?.values ?? [];
  const missing = ticked
    .filter((value) => !rows.some((row) => row.value === value))
    .map((value) => ({ value, requests: null }));
  return (
    <div className="max-h-64 min-h-24 overflow-auto p-1">
      {[...missing, ...rows].map((row) => (
        <label
          key={row.value}
          className="flex h-7 items-center gap-2 rounded-[5px] px-2 text-small hover:bg-hover has-focus-visible:bg-hover"
        >
          <input
            type="checkbox"
            className="accent-(--accent)"
            checked={ticked.includes(row.value)}
            onChange={() => onToggle(row.value)}
          />
          <span className={`min-w-0 flex-1 truncate ${row.value === '' ? 'text-muted italic' : ''}`} title={row.value}>
            {valueTitle(field, row.value)}
          </span>
          {row.requests !== null && (
            <span className="text-muted" title={`${integer(row.requests)} requests in the last 30 days`}>
              {compact(row.requests)}
            </span>
          )}
        </label>
      ))}
      {found.error !== null && <p className="px-2 py-3 text-small text-bad">{reasonOf(found.error)}</p>}
      {found.isSuccess && rows.length === 0 && (
        <p className="px-2 py-3 text-small text-muted">None seen in 30 days. Enter filters by what you typed.</p>
      )}
    </div>
  );
}

const bounds = [
  { value: 'at_least', title: 'at least' },
  { value: 'at_most', title: 'at most' },
] as const;
const amount = /^\d{1,12}(\.\d{1,9})?$/;

export function NumberForm({ field, existing, onApply }: FormProps<NumericField>) {
  const [op, setOp] = useState<'at_least' | 'at_most'>(existing?.op === 'at_most' ? 'at_most' : 'at_least');
  const [typed, setTyped] = useState(existing?.values[0] ?? '');
  const valid = amount.test(typed);
  return (
    <form
      className="flex flex-col gap-2 p-1.5"
      onSubmit={(event) => {
        event.preventDefault();
        if (valid) onApply({ field, op, values: [typed] });
      }}
    >
      <Segments label="How to compare" options={bounds} value={op} onChange={setOp} />
      <span className="flex items-center gap-2">
        <input
          // biome-ignore lint/a11y/noAutofocus: the popover was opened to type here.
          autoFocus
          inputMode="decimal"
          aria-label="Number"
          aria-invalid={typed !== '' && !valid}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          className="h-7 min-w-0 flex-1 rounded-md border border-line bg-surface px-2 text-right text-small aria-invalid:border-bad"
        />
        <span className="w-10 text-small text-muted">{fieldUnits[field] ?? ''}</span>
        <Button type="submit" look="primary" disabled={!valid}>
          Apply
        </Button>
      </span>
    </form>
  );
}
