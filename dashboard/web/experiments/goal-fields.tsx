import { Plus, X } from 'lucide-react';
import type { ExperimentMetric } from '../../../domain/experiments/experiment.ts';
import { input, TextField } from '../money/fields.tsx';
import type { Problems } from '../money/override-draft.ts';
import { Button, IconButton } from '../parts/button.tsx';
import { Choice } from './choice.tsx';
import { type ExperimentDraft, type GuardDraft, nextKey } from './draft.ts';
import { metricTitle } from './words.ts';

const goals = [
  'cost_per_unit',
  'cost_per_request',
  'error_rate',
  'latency_p50',
  'latency_p95',
  'latency_p99',
  'ttft_p50',
  'score',
] as const satisfies readonly ExperimentMetric[];

const betterWords = (metric: ExperimentMetric): string => (metric === 'score' ? 'higher is better' : 'lower is better');

interface GoalFieldsProps {
  readonly draft: ExperimentDraft;
  readonly problems: Problems;
  readonly onChange: (part: Partial<ExperimentDraft>) => void;
}

export function GoalFields({ draft, problems, onChange }: GoalFieldsProps) {
  const named = { unit: draft.unit, scoreName: '' };
  const options = goals.map((value) => ({ value, title: metricTitle(value, named) }));
  return (
    <div className="grid grid-cols-2 gap-3 max-sm:grid-cols-1">
      <Choice
        label="Goal"
        hint={betterWords(draft.goal)}
        options={options}
        value={draft.goal}
        onChange={(goal) => onChange({ goal })}
      />
      <TextField
        label="Smallest effect worth a change, %"
        hint="A smaller gain counts as none"
        decimal
        value={draft.smallestEffect}
        problem={problems['smallestEffect']}
        onChange={(smallestEffect) => onChange({ smallestEffect })}
      />
      {/* Without a name scores are not compared; with one they are shown, whatever the goal is. */}
      <TextField
        label="Score"
        hint="Name of the score that is compared, such as feedback"
        placeholder="none"
        value={draft.scoreName}
        problem={problems['scoreName']}
        onChange={(scoreName) => onChange({ scoreName })}
      />
    </div>
  );
}

interface GuardRowsProps {
  readonly draft: ExperimentDraft;
  readonly problems: Problems;
  readonly onChange: (guards: readonly GuardDraft[]) => void;
}

/** What must not get much worse, whatever the goal gains. */
export function GuardRows({ draft: { guards, unit }, problems, onChange }: GuardRowsProps) {
  const change = (key: number, part: Partial<GuardDraft>) =>
    onChange(guards.map((each) => (each.key === key ? { ...each, ...part } : each)));
  return (
    <div className="flex flex-col items-start gap-2">
      {guards.map((guard, index) => (
        <div key={guard.key} className="flex w-full flex-wrap items-center gap-2">
          <select
            aria-label={`Metric of guard ${index + 1}`}
            value={guard.metric}
            onChange={(event) => {
              const metric = goals.find((each) => each === event.target.value);
              if (metric) change(guard.key, { metric });
            }}
            className={`${input} max-w-44`}
          >
            {goals.map((metric) => (
              <option key={metric} value={metric}>
                {metricTitle(metric, { unit, scoreName: '' })}
              </option>
            ))}
          </select>
          <span className="text-small text-muted">at most</span>
          <input
            aria-label={`Limit of guard ${index + 1}, per cent`}
            aria-invalid={problems[`guards.${index}.limit`] !== undefined}
            inputMode="decimal"
            value={guard.limit}
            onChange={(event) => change(guard.key, { limit: event.target.value })}
            className={`${input} max-w-18 text-right tabular-nums`}
          />
          <span className="text-small text-muted">% {guard.metric === 'score' ? 'lower' : 'higher'}</span>
          <IconButton
            label={`Remove guard ${index + 1}`}
            onClick={() => onChange(guards.filter(({ key }) => key !== guard.key))}
          >
            <X size={14} aria-hidden />
          </IconButton>
          {problems[`guards.${index}.limit`] !== undefined && (
            <span className="text-micro text-bad">{problems[`guards.${index}.limit`]}</span>
          )}
        </div>
      ))}
      <Button onClick={() => onChange([...guards, { key: nextKey(), metric: 'error_rate', limit: '10' }])}>
        <Plus size={13} aria-hidden />
        Add a guard
      </Button>
    </div>
  );
}
