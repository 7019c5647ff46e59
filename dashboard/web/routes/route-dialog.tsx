import type { ConfigEntry } from '../../../domain/money-api.ts';
import { routeStrategy } from '../../../domain/routing/strategy.ts';
import { strategyTitles } from '../drawer/routing-words.ts';
import { Choice } from '../experiments/choice.tsx';
import { useEditing } from '../money/editing.ts';
import { EntryDialog } from '../money/entry-dialog.tsx';
import { TextField } from '../money/fields.tsx';
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
  const editing = useEditing<RouteDraft>({ kind: 'route', entry, draftOf, empty: emptyRoute, onClose });

  async function submit() {
    if (await editing.save(routeOf(editing.draft))) onClose();
  }

  return (
    <EntryDialog
      title={entry === null ? 'Make a route' : 'Edit the route'}
      text="Apps ask the unified base URL /v1 for its name; one of its targets answers, the others where that fails."
      onClose={onClose}
      wide
      save="Save the route"
      problem={editing.saving.problem?.replaceAll('value.', '') ?? null}
      editing={editing}
      onSubmit={submit}
    >
      <Fields draft={editing.draft} isNew={entry === null} onChange={editing.change} />
    </EntryDialog>
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

function draftOf(entry: ConfigEntry): RouteDraft | null {
  const value = readRoute(entry);
  return value === null ? null : routeDraft(value);
}
