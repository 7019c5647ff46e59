import { Plus, X } from 'lucide-react';
import { type RouteStrategy, routeStrategy } from '../../../domain/routing/strategy.ts';
import { strategyTitles } from '../drawer/routing-words.ts';
import { Choice } from '../experiments/choice.tsx';
import { Field, input } from '../money/fields.tsx';
import { Button, IconButton } from '../parts/button.tsx';
import { emptyRule, nextKey, type RuleDraft } from './route-draft.ts';
import { TargetFields } from './target-fields.tsx';

const strategies = [
  { value: '' as const, title: 'As the route' },
  ...routeStrategy.options.map((value) => ({ value, title: strategyTitles[value] })),
];

interface RuleFieldsProps {
  readonly rules: readonly RuleDraft[];
  /** Of the route, for rules without a strategy of their own. */
  readonly strategy: RouteStrategy;
  readonly onChange: (rules: readonly RuleDraft[]) => void;
}

/** The first rule that holds decides instead of the route. */
export function RuleFields({ rules, strategy: whole, onChange }: RuleFieldsProps) {
  const change = (key: number, part: Partial<RuleDraft>) =>
    onChange(rules.map((each) => (each.key === key ? { ...each, ...part } : each)));
  return (
    <div className="flex flex-col gap-3">
      {rules.map((rule, index) => (
        <fieldset
          key={rule.key}
          aria-label={`Rule ${index + 1}`}
          className="flex min-w-0 flex-col gap-2 rounded-md border border-line bg-ground/60 p-2.5"
        >
          <div className="flex items-start gap-2">
            <When rule={rule} onChange={(when) => change(rule.key, { when })} />
            <Choice
              label="Strategy"
              className="w-36"
              options={strategies}
              value={rule.strategy}
              onChange={(strategy) => change(rule.key, { strategy })}
            />
            <IconButton
              label={`Remove rule ${index + 1}`}
              className="mt-5.5"
              onClick={() => onChange(rules.filter(({ key }) => key !== rule.key))}
            >
              <X size={14} aria-hidden />
            </IconButton>
          </div>
          <TargetFields
            targets={rule.targets}
            weighted={(rule.strategy || whole) === 'weighted'}
            fewest={0}
            onChange={(targets) => change(rule.key, { targets })}
          />
        </fieldset>
      ))}
      <Button className="self-start" onClick={() => onChange([...rules, { key: nextKey(rules), ...emptyRule }])}>
        <Plus size={13} aria-hidden />
        Add a rule
      </Button>
    </div>
  );
}

function When({ rule, onChange }: { rule: RuleDraft; onChange: (when: string) => void }) {
  return (
    <Field
      label="When"
      className="flex-1"
      hint="CEL over model, user, feature, prompt, session, task, tier, properties, stream, has_image, has_tools, tokens"
    >
      {(attributes) => (
        <textarea
          {...attributes}
          rows={1}
          spellCheck={false}
          placeholder={'task == "code" && tokens > 2000'}
          value={rule.when}
          onChange={(event) => onChange(event.target.value)}
          className={`${input} h-auto min-h-8 resize-y py-1.5 font-mono text-small`}
        />
      )}
    </Field>
  );
}
