import { ChevronLeft, ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { type Filter, numericField, plainDimension } from '../../../domain/view.ts';
import { useProperties } from '../api/queries.ts';
import { IconButton } from '../parts/button.tsx';
import { useView } from '../state/view.tsx';
import { fieldTitle, isNumericField } from '../state/vocabulary.ts';
import { NumberForm, ValuesForm } from './filter-forms.tsx';
import { searchField } from './search-field.ts';

interface FilterEditorProps {
  /** Null asks for the field first. */
  readonly field: string | null;
  readonly existing: Filter | null;
  readonly onDone: () => void;
}

export function FilterEditor({ field, existing, onDone }: FilterEditorProps) {
  const { replaceFilter } = useView();
  const [chosen, setChosen] = useState(field);
  const apply = (filter: Filter) => {
    replaceFilter(existing, filter);
    onDone();
  };
  if (chosen === null) return <FieldList onChoose={setChosen} />;
  return (
    <div>
      <header className="flex h-9 items-center gap-1 border-b border-line px-1.5 font-medium">
        {field === null && (
          <IconButton label="Choose another field" onClick={() => setChosen(null)}>
            <ChevronLeft size={14} aria-hidden />
          </IconButton>
        )}
        <span className="px-1">{fieldTitle(chosen)}</span>
      </header>
      {isNumericField(chosen) ? (
        <NumberForm field={chosen} existing={existing} onApply={apply} />
      ) : (
        <ValuesForm field={chosen} existing={existing} onApply={apply} />
      )}
    </div>
  );
}

function FieldList({ onChoose }: { onChoose: (field: string) => void }) {
  const { view } = useView();
  const properties = useProperties(view.kind);
  const [search, setSearch] = useState('');
  const names = (properties.data?.names ?? []).map((name) => `property.${name}`);
  const matches = (field: string): boolean => fieldTitle(field).toLowerCase().includes(search.toLowerCase());
  const groups = [
    { title: '', fields: plainDimension.options.filter(matches) },
    { title: 'Properties', fields: names.filter(matches) },
    { title: 'Figures', fields: numericField.options.filter(matches) },
  ];
  const first = groups.flatMap((group) => group.fields)[0];
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (first !== undefined) onChoose(first);
      }}
    >
      <input
        // biome-ignore lint/a11y/noAutofocus: the popover was opened to type here.
        autoFocus
        aria-label="Search fields"
        placeholder="Filter by …"
        value={search}
        onChange={(event) => setSearch(event.target.value)}
        className={searchField}
      />
      <div className="max-h-80 overflow-auto p-1">
        {groups.map(
          (group) => group.fields.length > 0 && <FieldGroup key={group.title} {...group} onChoose={onChoose} />,
        )}
        {first === undefined && <p className="px-2 py-3 text-small text-muted">No field is called that.</p>}
      </div>
    </form>
  );
}

interface FieldGroupProps {
  readonly title: string;
  readonly fields: readonly string[];
  readonly onChoose: (field: string) => void;
}

function FieldGroup({ title, fields, onChoose }: FieldGroupProps) {
  return (
    <div>
      {title !== '' && <div className="px-2 pt-2 pb-1 text-micro text-muted">{title}</div>}
      {fields.map((field) => (
        <button
          key={field}
          type="button"
          onClick={() => onChoose(field)}
          className="flex h-7 w-full items-center justify-between rounded-[5px] px-2 text-left text-small hover:bg-hover focus-visible:bg-hover"
        >
          <span className="truncate">{fieldTitle(field)}</span>
          <ChevronRight size={13} aria-hidden className="shrink-0 text-muted" />
        </button>
      ))}
    </div>
  );
}
