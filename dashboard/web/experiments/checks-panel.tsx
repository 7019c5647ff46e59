import type { ReactNode } from 'react';
import type { Experiment } from '../../../domain/experiments/experiment.ts';
import type { ExperimentResults } from '../../../domain/experiments/results.ts';
import { integer, percent, plural } from '../format/number.ts';
import { When } from '../money/unpriced-panel.tsx';
import { Panel } from '../parts/panel.tsx';
import { StateDot, type Tone } from '../parts/state-dot.tsx';
import { metricTitle, pText, shareText, targetWords } from './words.ts';

interface ChecksPanelProps {
  readonly setup: Experiment;
  readonly results: ExperimentResults;
  readonly timeZone: string;
}

/** Whether the figures may be believed, and what they are figures of. */
export function ChecksPanel({ setup, results, timeZone }: ChecksPanelProps) {
  return (
    <Panel title="Can it be trusted?">
      <ul className="flex flex-col gap-1.5 px-3 pt-1 pb-2 text-small">
        {checksOf(setup, results).map(({ tone, text }) => (
          <li key={text} className="flex items-baseline gap-2">
            <StateDot tone={tone} className="translate-y-[-1px] scale-75" />
            <span>{text}</span>
          </li>
        ))}
      </ul>
      <dl className="mt-auto border-t border-line px-3 py-1.5">
        <Line title="Unit">{setup.unit}</Line>
        <Line title="Who">{targetWords(setup)}</Line>
        <Line title="Exposure">{shareText(setup.exposure)}</Line>
        <Line title="Goal">{metricTitle(setup.goal, setup)}</Line>
        {results.firstAt !== null && (
          <Line title="First exposure">
            <When at={results.firstAt} zone={timeZone} />
          </Line>
        )}
        {results.lastAt !== null && (
          <Line title="Last exposure">
            <When at={results.lastAt} zone={timeZone} />
          </Line>
        )}
      </dl>
    </Panel>
  );
}

interface Check {
  readonly tone: Tone;
  readonly text: string;
}

const UNEQUAL_SCORED = 0.1;

function checksOf(setup: Experiment, results: ExperimentResults): Check[] {
  const { arms, sampleRatio, mixedUnits } = results;
  const unpriced = arms.reduce((sum, arm) => sum + arm.unpriced, 0);
  return [
    sampleRatioCheck(results),
    mixedUnits === 0
      ? { tone: 'good', text: `No ${setup.unit} was seen in two variants` }
      : { tone: 'warn', text: `${plural(mixedUnits, setup.unit)} seen in two variants, left out of every test` },
    unpriced === 0
      ? { tone: 'good', text: 'Every request has a price' }
      : {
          tone: 'warn',
          text: `${plural(unpriced, 'request')} without a price count as $0: cost cannot be compared yet`,
        },
    ...scoredCheck(setup, results),
    { tone: 'muted', text: 'Cost and latency are of all requests: of successes alone they would be biased' },
    ...(sampleRatio === null ? [] : heavyTail(results)),
  ];
}

function sampleRatioCheck({ sampleRatio, verdict, arms }: ExperimentResults): Check {
  if (sampleRatio === null) return { tone: 'muted', text: 'Nobody was assigned yet' };
  const seen = arms.map(({ units }) => integer(units)).join(' : ');
  const figures = `${seen}, χ² = ${sampleRatio.chiSquare.toFixed(2)}, ${pText(sampleRatio.p)}`;
  return verdict.kind === 'invalid'
    ? { tone: 'bad', text: `Sample ratio does not fit the shares: ${figures}` }
    : { tone: 'good', text: `Sample ratio fits the shares: ${figures}` };
}

/** Whoever is scored less often may be scored otherwise. */
function scoredCheck({ scoreName }: Experiment, { arms }: ExperimentResults): Check[] {
  const shares = arms.filter(({ requests }) => requests > 0).map(({ scored, requests }) => scored / requests);
  if (scoreName === '' || shares.length < 2) return [];
  const [least, most] = [Math.min(...shares), Math.max(...shares)];
  if (most === 0) return [{ tone: 'warn', text: `Nothing has a score “${scoreName}” yet` }];
  const text = arms
    .map(({ name, scored, requests }) => `${name} ${percent(requests === 0 ? 0 : scored / requests)}`)
    .join(', ');
  return (most - least) / most > UNEQUAL_SCORED
    ? [{ tone: 'warn', text: `Unequal parts were scored (${text}): the scores may not be comparable` }]
    : [{ tone: 'good', text: `Equal parts were scored: ${text}` }];
}

const HEAVY = 0.2;

function heavyTail({ arms }: ExperimentResults): Check[] {
  const heavy = arms.filter(({ topShare, units }) => units >= 100 && (topShare ?? 0) > HEAVY);
  return heavy.map(({ name, topShare }) => ({
    tone: 'warn',
    text: `One in a hundred spends ${percent(topShare)} of ${name}’s cost: hold its mean against the capped one`,
  }));
}

function Line({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="flex min-h-6 items-center justify-between gap-3 text-small">
      <dt className="text-muted">{title}</dt>
      <dd className="min-w-0 text-right break-words">{children}</dd>
    </div>
  );
}
