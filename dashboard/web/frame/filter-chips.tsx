import { ListFilter, X } from 'lucide-react';
import { useState } from 'react';
import type { Filter } from '../../../domain/view.ts';
import { Button } from '../parts/button.tsx';
import { Popover } from '../parts/popover.tsx';
import { useView } from '../state/view.tsx';
import { fieldTitle, fieldUnits, isNumericField, operatorTitles, valueTitle } from '../state/vocabulary.ts';
import { FilterEditor } from './filter-editor.tsx';

const SHOWN_VALUES = 2;

export function FilterChips() {
  const { filters } = useView();
  return (
    <div
      className={`flex min-w-0 flex-1 flex-wrap items-center gap-1.5 max-sm:flex-none ${
        filters.length > 0 ? 'max-sm:order-2 max-sm:w-full' : 'max-sm:order-1'
      }`}
    >
      {filters.map((filter) => (
        <Chip key={`${filter.field} ${filter.op} ${filter.values.join('\0')}`} filter={filter} />
      ))}
      <AddFilter />
    </div>
  );
}

function valuesText(filter: Filter): string {
  const [first] = filter.values;
  if (isNumericField(filter.field)) {
    const unit = fieldUnits[filter.field];
    return unit === '$' ? `$${first}` : `${first}${unit ? ` ${unit}` : ''}`;
  }
  const shown = filter.values.slice(0, SHOWN_VALUES).map((value) => valueTitle(filter.field, value));
  const rest = filter.values.length - shown.length;
  return rest > 0 ? `${shown.join(', ')} +${rest}` : shown.join(', ');
}

function Chip({ filter }: { filter: Filter }) {
  const { removeFilter } = useView();
  const [open, setOpen] = useState(false);
  const words = `${fieldTitle(filter.field)} ${operatorTitles[filter.op]} ${valuesText(filter)}`;
  const trigger = (
    <button
      type="button"
      className="flex h-full min-w-0 items-center gap-1 rounded-l-md pr-1 pl-2 hover:bg-hover"
      title={words}
    >
      <span className="text-muted">{fieldTitle(filter.field)}</span>
      <span className="text-muted">{operatorTitles[filter.op]}</span>
      <span className="max-w-48 truncate font-medium">{valuesText(filter)}</span>
    </button>
  );
  return (
    <span className="flex h-7 max-w-full items-center rounded-md border border-line bg-surface text-small">
      <Popover trigger={trigger} label="Edit filter" open={open} onOpenChange={setOpen} className="w-72">
        <FilterEditor field={filter.field} existing={filter} onDone={() => setOpen(false)} />
      </Popover>
      <button
        type="button"
        aria-label={`Remove filter: ${words}`}
        onClick={() => removeFilter(filter)}
        className="flex h-full w-6 items-center justify-center rounded-r-md text-muted hover:bg-hover hover:text-text"
      >
        <X size={13} aria-hidden />
      </button>
    </span>
  );
}

function AddFilter() {
  const { filters } = useView();
  const [open, setOpen] = useState(false);
  const trigger = (
    <Button look="quiet" aria-label="Add a filter">
      <ListFilter size={14} aria-hidden />
      <span className={filters.length > 0 ? 'max-md:sr-only' : ''}>Filter</span>
    </Button>
  );
  return (
    <Popover trigger={trigger} label="Add a filter" open={open} onOpenChange={setOpen} className="w-72">
      <FilterEditor field={null} existing={null} onDone={() => setOpen(false)} />
    </Popover>
  );
}
