import { useState } from 'react';
import type { ConfigEntry } from '../../../domain/money-api.ts';
import { routeStrategy } from '../../../domain/routing/strategy.ts';
import { strategyTitles } from '../drawer/routing-words.ts';
import { Choice } from '../experiments/choice.tsx';
import { TextField } from '../money/fields.tsx';
import { DialogBody, DialogFoot, FormDialog } from '../money/form-dialog.tsx';
import { useSaving } from '../money/saving.ts';
import { Button } from '../parts/button.tsx';
import { emptyRoute, type RouteDraft, routeDraft, routeOf } from './route-draft.ts';
import { readRoute } from './route-words.ts';
import { RuleFields } from './rule-fields.tsx';
import { TargetFields } from './target-fields.tsx';

const strategies = routeStrategy.options.map((value) => ({ value, title: strategyTitles[value] }));

interface RouteDialogProps {
  /** What is being edited; null for a new one. */
  readonly entry: ConfigEntry | null;
  readonly onClose: () => void;
}

export function RouteDialog({ entry, onClose }: RouteDialogProps) {
  const [base, setBase] = useState(entry);
  const [draft, setDraft] = useState<RouteDraft>(() => draftOf(entry) ?? emptyRoute);
  const saving = useSaving('route');
  const change = (part: Partial<RouteDraft>) => {
    setDraft((now) => ({ ...now, ...part }));
    saving.forgive();
  };

  async function submit() {
    if (await saving.save(base, routeOf(draft))) onClose();
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
      title={entry === null ? 'Make a route' : 'Edit the route'}
      text="Apps ask the unified base URL /v1 for its name; one of its targets answers, the others where that fails."
      onClose={onClose}
      wide
    >
      <form
        className="flex min-h-0 flex-1 flex-col"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <DialogBody>
          <Fields draft={draft} isNew={entry === null} onChange={change} />
        </DialogBody>
        <DialogFoot problem={saving.problem?.replaceAll('value.', '') ?? null}>
          {saving.stale ? (
            <Button look="primary" onClick={loadNewest}>
              Load what stands now
            </Button>
          ) : (
            <>
              <Button onClick={onClose}>Cancel</Button>
              <Button type="submit" look="primary" disabled={saving.busy}>
                {saving.busy ? 'Saving …' : 'Save the route'}
              </Button>
            </>
          )}
        </DialogFoot>
      </form>
    </FormDialog>
  );
}

interface FieldsProps {
  readonly draft: RouteDraft;
  readonly isNew: boolean;
  readonly onChange: (part: Partial<RouteDraft>) => void;
}

function Fields({ draft, isNew, onChange }: FieldsProps) {
  return (
    <div className="flex flex-col gap-4">
      <div className="grid grid-cols-2 gap-3 max-sm:grid-cols-1">
        <TextField
          label="Name"
          hint="What apps ask for as model"
          placeholder="fast"
          value={draft.name}
          autoFocus={isNew}
          onChange={(name) => onChange({ name })}
        />
        <Choice
          label="Strategy"
          options={strategies}
          value={draft.strategy}
          onChange={(strategy) => onChange({ strategy })}
        />
      </div>
      <TargetFields
        targets={draft.targets}
        weighted={draft.strategy === 'weighted'}
        fewest={1}
        onChange={(targets) => onChange({ targets })}
      />
      <section>
        <h3 className="mb-1 text-small font-medium text-muted">Rules: the first that holds decides instead</h3>
        <RuleFields rules={draft.rules} strategy={draft.strategy} onChange={(rules) => onChange({ rules })} />
      </section>
    </div>
  );
}

function draftOf(entry: ConfigEntry | null): RouteDraft | null {
  const value = entry === null ? null : readRoute(entry);
  return value === null ? null : routeDraft(value);
}
