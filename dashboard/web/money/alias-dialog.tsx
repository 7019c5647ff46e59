import { useState } from 'react';
import type { ConfigEntry } from '../../../domain/money-api.ts';
import { type ModelAlias, modelAlias } from '../../../domain/prices/alias.ts';
import { Button } from '../parts/button.tsx';
import { TextField } from './fields.tsx';
import { DialogBody, DialogFoot, FormDialog } from './form-dialog.tsx';
import { ProviderNames } from './override-dialog.tsx';
import { checked, type Problems } from './override-draft.ts';
import { useSaving } from './saving.ts';

const empty: ModelAlias = { provider: '*', name: '', priceAs: '', note: '' };

interface AliasDialogProps {
  /** What is being edited; null for a new one. */
  readonly entry: ConfigEntry | null;
  readonly prefill?: Partial<Pick<ModelAlias, 'provider' | 'name'>>;
  readonly onClose: () => void;
  readonly onSaved: (value: ModelAlias) => void;
}

export function AliasDialog({ entry, prefill = {}, onClose, onSaved }: AliasDialogProps) {
  const [base, setBase] = useState(entry);
  const [draft, setDraft] = useState<ModelAlias>(() => aliasOf(entry) ?? { ...empty, ...prefill });
  const [problems, setProblems] = useState<Problems>({});
  const saving = useSaving('model-alias');
  const change = (part: Partial<ModelAlias>) => {
    setDraft((now) => ({ ...now, ...part }));
    setProblems({});
  };

  async function submit() {
    const trimmed = Object.entries(draft).map(([name, text]) => [name, text.trim()]);
    const result = checked(modelAlias, Object.fromEntries(trimmed));
    if (result.kind === 'invalid') return setProblems(result.problems);
    if (await saving.save(base, result.value)) onSaved(result.value);
  }

  function loadNewest() {
    const newest = base === null ? null : saving.newest(base.id);
    const fresh = aliasOf(newest);
    if (fresh === null) return onClose();
    setBase(newest);
    setDraft(fresh);
    saving.forgive();
  }

  return (
    <FormDialog
      title={entry === null ? 'Price a name as a model' : 'Edit the name'}
      text="For deployments, inference profiles and models on machines of your own, whose name no price list knows."
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
              label="Name"
              hint="As answered or asked for; * stands for any text"
              value={draft.name}
              problem={problems['name']}
              autoFocus={prefill.name === undefined && entry === null}
              onChange={(name) => change({ name })}
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
            <TextField
              label="Priced as"
              hint="provider/model; openai/* is the model of the same name there"
              className="col-span-full"
              placeholder="openai/gpt-4o"
              value={draft.priceAs}
              problem={problems['priceAs']}
              autoFocus={prefill.name !== undefined}
              onChange={(priceAs) => change({ priceAs })}
            />
            <TextField
              label="Note"
              className="col-span-full"
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
                {saving.busy ? 'Saving …' : 'Save the name'}
              </Button>
            </>
          )}
        </DialogFoot>
      </form>
    </FormDialog>
  );
}

function aliasOf(entry: ConfigEntry | null): ModelAlias | null {
  const parsed = modelAlias.safeParse(entry?.value);
  return parsed.success ? parsed.data : null;
}
