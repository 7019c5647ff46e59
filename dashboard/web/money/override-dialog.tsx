import { useState } from 'react';
import type { ConfigEntry } from '../../../domain/money-api.ts';
import { type PriceOverride, priceOverride } from '../../../domain/prices/override.ts';
import { builtInProviders } from '../../../domain/providers.ts';
import { Button } from '../parts/button.tsx';
import { Segments } from '../parts/segments.tsx';
import { TextField } from './fields.tsx';
import { DialogBody, DialogFoot, FormDialog } from './form-dialog.tsx';
import { checkOverride, emptyOverride, type OverrideDraft, overrideDraft, type Problems } from './override-draft.ts';
import { PriceFields } from './price-fields.tsx';
import { useSaving } from './saving.ts';

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
  const [base, setBase] = useState(entry);
  const [draft, setDraft] = useState<OverrideDraft>(() => draftOf(entry) ?? { ...emptyOverride, ...prefill });
  const [problems, setProblems] = useState<Problems>({});
  const saving = useSaving('price-override');
  const change = (part: Partial<OverrideDraft>) => {
    setDraft((now) => ({ ...now, ...part }));
    setProblems({});
  };

  async function submit() {
    const result = checkOverride(draft);
    if (result.kind === 'invalid') return setProblems(result.problems);
    if (await saving.save(base, result.value)) onSaved(result.value);
  }

  function loadNewest() {
    const newest = base === null ? null : saving.newest(base.id);
    const fresh = draftOf(newest);
    if (fresh === null) return onClose();
    setBase(newest);
    setDraft(fresh);
    saving.forgive();
  }

  return (
    <FormDialog
      title={entry === null ? 'Set a price' : 'Edit the price'}
      text="Goes before the price lists, for calls from now on. What was recorded already can be priced again afterwards."
      onClose={onClose}
    >
      <form
        className="flex min-h-0 flex-1 flex-col"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <DialogBody>
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
              <Segments
                label="What it costs"
                options={kinds}
                value={draft.kind}
                onChange={(kind) => change({ kind })}
              />
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
        </DialogBody>
        <DialogFoot problem={saving.problem ?? problems[''] ?? null}>
          {saving.stale ? (
            <Button look="primary" onClick={loadNewest}>
              Load what stands now
            </Button>
          ) : (
            <>
              <Button onClick={onClose}>Cancel</Button>
              <Button type="submit" look="primary" disabled={saving.busy}>
                {saving.busy ? 'Saving …' : 'Save the price'}
              </Button>
            </>
          )}
        </DialogFoot>
      </form>
    </FormDialog>
  );
}

function draftOf(entry: ConfigEntry | null): OverrideDraft | null {
  const parsed = priceOverride.safeParse(entry?.value);
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
