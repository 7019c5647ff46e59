import { CircleCheck, CircleX, Clock, Scale, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Experiment } from '../../../domain/experiments/experiment.ts';
import type { ExperimentResults } from '../../../domain/experiments/results.ts';
import { UNKNOWN } from '../format/money.ts';
import { integer, percent } from '../format/number.ts';
import { StateDot, type Tone } from '../parts/state-dot.tsx';
import { verdictWords } from './verdict-words.ts';
import { daysText, dollars, isSameAgainstSame, pText, shareText } from './words.ts';

interface ResultsProps {
  readonly setup: Experiment;
  readonly results: ExperimentResults;
}

const edges: Readonly<Record<Tone, string>> = {
  good: 'border-l-good',
  warn: 'border-l-warn',
  bad: 'border-l-bad',
  muted: 'border-l-line-strong',
};

export function VerdictPanel({ setup, results }: ResultsProps) {
  if (results.verdict.kind === 'invalid') return <Mismatch setup={setup} results={results} />;
  const { tone, sentence, reasons } = verdictWords(setup, results);
  return (
    <section
      aria-label="Verdict"
      className={`flex flex-wrap gap-x-8 gap-y-3 rounded-lg border border-l-4 border-line bg-surface px-4 py-3 ${edges[tone]}`}
    >
      <div className="min-w-0 flex-1 basis-120 max-sm:basis-full">
        <p className="flex items-start gap-2 text-[16px] leading-6 font-semibold tracking-tight">
          <VerdictIcon tone={tone} />
          <span data-testid="verdict">{sentence}</span>
        </p>
        <ul className="mt-1.5 flex flex-col gap-1 text-small">
          {reasons.map(({ tone: of, text }) => (
            <li key={text} className="flex items-baseline gap-2">
              <StateDot tone={of} className="translate-y-[-1px] scale-75" />
              <span>{text}</span>
            </li>
          ))}
        </ul>
      </div>
      <Figures setup={setup} results={results} />
    </section>
  );
}

const colours: Readonly<Record<Tone, string>> = {
  good: 'text-good',
  warn: 'text-warn',
  bad: 'text-bad',
  muted: 'text-muted',
};

function VerdictIcon({ tone }: { tone: Tone }) {
  const Icon = { good: CircleCheck, warn: Scale, bad: CircleX, muted: Clock }[tone];
  return <Icon size={18} aria-hidden className={`mt-[3px] shrink-0 ${colours[tone]}`} />;
}

/** What the decision is worth, and how far it is. */
function Figures({ setup, results }: ResultsProps) {
  const { arms, unitsNeeded, daysLeft, detectable } = results;
  // Of the same against the same, what seems to be saved is noise.
  const monthly = isSameAgainstSame(setup) ? null : results.monthly;
  const smallest = Math.min(...arms.map(({ units }) => units));
  const running = setup.status === 'running' && daysLeft !== null && daysLeft > 0;
  return (
    <dl className="grid shrink-0 grid-cols-3 gap-x-7 gap-y-2 self-start max-sm:w-full max-sm:gap-x-4">
      <Figure
        title={monthly === null || monthly.dollars <= 0 ? 'Saved a month' : 'Dearer a month'}
        note={monthly === null ? '' : monthlyNote(monthly)}
      >
        {monthly === null ? UNKNOWN : dollars(Math.abs(monthly.dollars))}
      </Figure>
      <Figure
        title={`${capital(setup.unit)}s per variant`}
        note={unitsNeeded === null ? '' : `of ${integer(unitsNeeded)} for ${shareText(setup.smallestEffect)}`}
      >
        {integer(smallest)}
      </Figure>
      <Figure title="Can be told by now" note={running ? `${daysText(daysLeft)} left` : 'in cost, with 80 %'}>
        {detectable === null ? UNKNOWN : `± ${percent(detectable)}`}
      </Figure>
    </dl>
  );
}

function monthlyNote({ variant, interval, dollars: middle }: NonNullable<ExperimentResults['monthly']>): string {
  if (interval === null) return `with ${variant}`;
  if (interval.low < 0 && interval.high > 0) return `${variant}; not certain which way`;
  const [a, b] = [Math.abs(interval.low), Math.abs(interval.high)];
  return `${variant}, ${dollars(Math.min(a, b))} to ${dollars(middle === 0 ? 0 : Math.max(a, b))}`;
}

function Figure({ title, note, children }: { title: string; note: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-small font-medium text-muted">{title}</dt>
      <dd className="text-figure font-semibold tracking-tight whitespace-nowrap max-sm:text-[17px]">{children}</dd>
      <dd className="min-h-4 text-small text-muted">{note}</dd>
    </div>
  );
}

const capital = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

/** Stands in place of the verdict: no figure below says what it seems to say. */
function Mismatch({ setup, results: { arms, sampleRatio } }: ResultsProps) {
  const all = arms.reduce((sum, { units }) => sum + units, 0);
  return (
    <section role="alert" className="rounded-lg border border-bad/50 bg-bad-soft px-4 py-3">
      <p className="flex items-start gap-2 text-[16px] leading-6 font-semibold tracking-tight text-bad">
        <TriangleAlert size={18} aria-hidden className="mt-[3px] shrink-0" />
        No verdict: the split is not the one asked for
      </p>
      <p className="mt-1.5 max-w-220 text-small">
        Sample-ratio mismatch:{' '}
        {arms
          .map(
            ({ name, share, units }) =>
              `${name} has ${integer(units)} (${percent(units / all)}, not ${shareText(share)})`,
          )
          .join(', ')}
        ; {sampleRatio && `χ² = ${sampleRatio.chiSquare.toFixed(1)}, ${pText(sampleRatio.p)}`}. By chance alone that
        happens less than once in a thousand times, so whatever made the {setup.unit}s unequal may also make every
        figure below.
      </p>
      <p className="mt-2 text-small font-medium">What to look for</p>
      <ul className="mt-0.5 list-disc pl-5 text-small">
        <li>
          a variant whose requests break off before they are recorded, or that its apps retry under another {setup.unit}
        </li>
        <li>{setup.unit}s whose ids change, or a test script that sends thousands of them</li>
        <li>
          proxies that did not see the same configuration, or rows of this experiment that were imported or deleted
        </li>
      </ul>
    </section>
  );
}
