import { type Experiment, isBetterHigher } from '../../../domain/experiments/experiment.ts';
import type { ExperimentResults } from '../../../domain/experiments/results.ts';
import { GAP, integer } from '../format/number.ts';
import type { Tone } from '../parts/state-dot.tsx';
import { changeWords, daysText, isSameAgainstSame, metricTitle, shareText } from './words.ts';

export interface Reason {
  readonly tone: Tone;
  readonly text: string;
}

export interface VerdictWords {
  readonly tone: Tone;
  /** For the list. */
  readonly word: string;
  readonly sentence: string;
  readonly reasons: readonly Reason[];
}

type Finding = ExperimentResults['verdict']['findings'][number];

/** The verdict of `results` in words that a manager reads once. */
export function verdictWords(setup: Experiment, results: ExperimentResults): VerdictWords {
  const { head, said } = headOf(setup, results);
  const others = results.verdict.findings.filter((found) => found !== said);
  const reasons = [...others.map((found) => reasonOf(setup, found)), ...keptGuards(setup, results)];
  if (results.verdict.kind === 'invalid') {
    return { tone: 'bad', word: 'Invalid', sentence: 'No verdict: the split is not the one asked for', reasons: [] };
  }
  return { ...head, reasons };
}

type Head = Omit<VerdictWords, 'reasons'>;

/** With the finding whose figures it says. */
function headOf(setup: Experiment, results: ExperimentResults): { head: Head; said: Finding | undefined } {
  const { verdict } = results;
  const of = (kind: Finding['kind']) => verdict.findings.find((found) => found.kind === kind);
  if (isSameAgainstSame(setup)) return { head: sameAgainstSame(results), said: undefined };
  if (verdict.kind === 'ship') {
    const won = verdict.findings.find(({ kind, variant }) => kind === 'better' && variant === verdict.variant);
    const gain = won ? `: ${lowerFirst(subject(setup, won))} is ${changeWords(won.lift, won.interval)}` : '';
    const word = `Ship ${verdict.variant}`;
    return { head: { tone: 'good', word, sentence: `${word}${gain}` }, said: won };
  }
  if (verdict.kind === 'keep') {
    const word = `Keep ${setup.variants[0]?.name ?? 'the control'}`;
    const said = of('guardCrossed') === undefined ? of('worse') : undefined;
    return { head: { tone: 'warn', word, sentence: `${word}: ${whyKept(setup, verdict.findings)}` }, said };
  }
  return { head: { tone: 'muted', word: 'Wait', sentence: `Wait: ${whatIsMissing(setup, results)}` }, said: undefined };
}

function sameAgainstSame({ verdict }: ExperimentResults): Head {
  const differs = verdict.findings.some(({ kind }) => kind === 'better' || kind === 'worse');
  return differs
    ? {
        tone: 'bad',
        word: 'A/A differs',
        sentence:
          'The same differs from the same: look for what treats the variants differently before you trust others',
      }
    : { tone: 'muted', word: 'No difference', sentence: 'No verdict: the same against the same shows no difference' };
}

function whyKept(setup: Experiment, findings: readonly Finding[]): string {
  const crossed = findings.find(({ kind }) => kind === 'guardCrossed');
  if (crossed) return `${lowerFirst(subject(setup, crossed))} of ${crossed.variant} crosses its limit`;
  const worse = findings.find(({ kind }) => kind === 'worse');
  if (worse)
    return `${lowerFirst(subject(setup, worse))} of ${worse.variant} is ${changeWords(worse.lift, worse.interval)}`;
  return `a gain of ${shareText(setup.smallestEffect)} can be ruled out`;
}

function whatIsMissing(setup: Experiment, { arms, unitsNeeded, daysLeft }: ExperimentResults): string {
  const smallest = Math.min(...arms.map(({ units }) => units));
  if (arms.every(({ units }) => units === 0)) return 'nobody has taken part yet';
  if (unitsNeeded === null) return 'there is too little to tell how long it takes';
  const missing = unitsNeeded - smallest;
  if (missing <= 0) return 'nothing is certain yet';
  const days = daysLeft === null || setup.status !== 'running' ? '' : `, about ${daysText(daysLeft)} at this pace`;
  return `${integer(missing)} more ${setup.unit}s per variant${days}`;
}

function reasonOf(setup: Experiment, found: Finding): Reason {
  const said = `${subject(setup, found)} of ${found.variant} is ${changeWords(found.lift, found.interval)}`;
  switch (found.kind) {
    case 'better':
      return { tone: 'good', text: said };
    case 'worse':
      return { tone: 'bad', text: said };
    case 'tooSmall':
      return { tone: 'warn', text: `${said}; a gain of ${shareText(setup.smallestEffect)} can be ruled out` };
    case 'unclear':
      return { tone: 'muted', text: found.lift === null ? said : `${said}; not certain yet` };
    case 'guardCrossed':
      return { tone: 'bad', text: `${said}; its limit is ${limitWords(setup, found)}` };
    case 'guardUnclear':
      return { tone: 'warn', text: `${said}; not certain yet that it keeps to ${limitWords(setup, found)}` };
  }
}

/** The findings name no guard that is surely kept, and that is what one wants to read before shipping. */
function keptGuards(setup: Experiment, { arms, verdict }: ExperimentResults): Reason[] {
  const found = new Set(
    verdict.findings
      .filter(({ kind }) => kind.startsWith('guard'))
      .map(({ variant, metric }) => `${variant} ${metric}`),
  );
  return arms.slice(1).flatMap((arm) =>
    setup.guards.flatMap(({ metric }): Reason[] => {
      const line = arm.metrics.find((each) => each.metric === metric);
      if (found.has(`${arm.name} ${metric}`) || !line || line.interval === null) return [];
      const text = `${metricTitle(metric, setup)} of ${arm.name} keeps to its limit: ${changeWords(line.lift, line.interval)}`;
      return [{ tone: 'good', text }];
    }),
  );
}

const subject = (setup: Experiment, { metric }: Finding): string => metricTitle(metric, setup);
const lowerFirst = (text: string): string => `${text.charAt(0).toLowerCase()}${text.slice(1)}`;

function limitWords(setup: Experiment, { metric }: Finding): string {
  const limit = setup.guards.find((guard) => guard.metric === metric)?.limit ?? 0;
  return `${shareText(limit)}${GAP}${isBetterHigher(metric) ? 'lower' : 'higher'} at most`;
}
