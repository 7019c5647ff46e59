import { useState } from 'react';
import type { ConfigEntry } from '../../../domain/money-api.ts';
import { type PriceOverride, priceOverride } from '../../../domain/prices/override.ts';
import { builtInProviders } from '../../../domain/providers.ts';
import { Segments } from '../parts/segments.tsx';
import { useEditing } from './editing.ts';
import { EntryDialog } from './entry-dialog.tsx';
import { TextField } from './fields.tsx';
import { checkOverride, emptyOverride, type OverrideDraft, overrideDraft, type Problems } from './override-draft.ts';
import { PriceFields } from './price-fields.tsx';

const kinds = [
  { value: 'prices', title: 'Per token' },
  { value: 'percent', title: 'Percentage' },
  { value: 'perRequest', title: 'Per request' },
  { value: 'free', title: 'Free' },
] as const;

interface OverrideDialogProps {
  /** What is being edited; null for a new one. */
  readonly entry: ConfigEntry | null;
  readonly prefill?: Partial<Pick<OverrideDraft, 'provider' | 'model'>>;
  readonly onClose: () => void;
  readonly onSaved: (value: PriceOverride) => void;
}

export function OverrideDialog({ entry, prefill = {}, onClose, onSaved }: OverrideDialogProps) {
  const empty = { ...emptyOverride, ...prefill };
  const editing = useEditing<OverrideDraft>({ kind: 'price-override', entry, draftOf, empty, onClose });
  const [problems, setProblems] = useState<Problems>({});
  const { draft } = editing;
  const change = (part: Partial<OverrideDraft>) => {
    editing.change(part);
    setProblems({});
  };

  async function submit() {
    const result = checkOverride(draft);
    if (result.kind === 'invalid') return setProblems(result.problems);
    if (await editing.save(result.value)) onSaved(result.value);
  }

  return (
    <EntryDialog
      title={entry === null ? 'Set a price' : 'Edit the price'}
      text="Goes before the price lists, for calls from now on. What was recorded already can be priced again afterwards."
      onClose={onClose}
      save="Save the price"
      problem={editing.saving.problem ?? problems[''] ?? null}
      editing={editing}
      onSubmit={submit}
    >
      <div className="grid grid-cols-2 gap-3 max-sm:grid-cols-1">
        <TextField
          label="Model"
          hint="* stands for any text"
          value={draft.model}
          problem={problems['model']}
          autoFocus={prefill.model === undefined && entry === null}
          onChange={(model) => change({ model })}
        />
        <TextField
          label="Provider"
          hint="* stands for all"
          list="money-providers"
          value={draft.provider}
          problem={problems['provider']}
          onChange={(provider) => change({ provider })}
        />
        <ProviderNames />
      </div>
      <div className="mt-4 mb-3 flex flex-col gap-1">
        <span className="text-small font-medium text-muted">What it costs</span>
        <span className="w-fit">
          <Segments label="What it costs" options={kinds} value={draft.kind} onChange={(kind) => change({ kind })} />
        </span>
      </div>
      <PriceFields draft={draft} problems={problems} onChange={change} />
      <div className="mt-4 grid grid-cols-2 gap-3">
        <TextField
          label="Holds from"
          hint="UTC day; empty: since ever"
          type="date"
          value={draft.from}
          problem={problems['from']}
          onChange={(from) => change({ from })}
        />
        <TextField
          label="Until before"
          hint="UTC day; empty: no end"
          type="date"
          value={draft.to}
          problem={problems['to']}
          onChange={(to) => change({ to })}
        />
        <TextField
          label="Note"
          className="col-span-2"
          placeholder="Contract, price page, who said so"
          value={draft.note}
          problem={problems['note']}
          onChange={(note) => change({ note })}
        />
      </div>
    </EntryDialog>
  );
}

function draftOf(entry: ConfigEntry): OverrideDraft | null {
  const parsed = priceOverride.safeParse(entry.value);
  return parsed.success ? overrideDraft(parsed.data) : null;
}

export function ProviderNames() {
  return (
    <datalist id="money-providers">
      <option value="*" />
      {builtInProviders.map(({ name, title }) => (
        <option key={name} value={name}>
          {title}
        </option>
      ))}
    </datalist>
  );
}
