import { useState } from 'react';
import type { ConfigEntry } from '../../../domain/money-api.ts';
import { type ModelAlias, modelAlias } from '../../../domain/prices/alias.ts';
import { useEditing } from './editing.ts';
import { EntryDialog } from './entry-dialog.tsx';
import { TextField } from './fields.tsx';
import { ProviderNames } from './override-dialog.tsx';
import { checked, type Problems } from './override-draft.ts';

const empty: ModelAlias = { provider: '*', name: '', priceAs: '', note: '' };

interface AliasDialogProps {
  /** What is being edited; null for a new one. */
  readonly entry: ConfigEntry | null;
  readonly prefill?: Partial<Pick<ModelAlias, 'provider' | 'name'>>;
  readonly onClose: () => void;
  readonly onSaved: (value: ModelAlias) => void;
}

export function AliasDialog({ entry, prefill = {}, onClose, onSaved }: AliasDialogProps) {
  const editing = useEditing<ModelAlias>({
    kind: 'model-alias',
    entry,
    draftOf: aliasOf,
    empty: { ...empty, ...prefill },
    onClose,
  });
  const [problems, setProblems] = useState<Problems>({});
  const { draft } = editing;
  const change = (part: Partial<ModelAlias>) => {
    editing.change(part);
    setProblems({});
  };

  async function submit() {
    const trimmed = Object.entries(draft).map(([name, text]) => [name, text.trim()]);
    const result = checked(modelAlias, Object.fromEntries(trimmed));
    if (result.kind === 'invalid') return setProblems(result.problems);
    if (await editing.save(result.value)) onSaved(result.value);
  }

  return (
    <EntryDialog
      title={entry === null ? 'Price a name as a model' : 'Edit the name'}
      text="For deployments, inference profiles and models on machines of your own, whose name no price list knows."
      onClose={onClose}
      save="Save the name"
      problem={editing.saving.problem ?? problems[''] ?? null}
      editing={editing}
      onSubmit={submit}
    >
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
    </EntryDialog>
  );
}

function aliasOf(entry: ConfigEntry): ModelAlias | null {
  const parsed = modelAlias.safeParse(entry.value);
  return parsed.success ? parsed.data : null;
}
