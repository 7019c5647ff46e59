import type {
  Experiment,
  ExperimentMetric,
  ExperimentStatus,
  Variant,
} from '../../../domain/experiments/experiment.ts';
import { metricNames } from '../../../domain/experiments/guard-words.ts';
import type { ExperimentResults } from '../../../domain/experiments/results.ts';
import type { ConfigEntry } from '../../../domain/money-api.ts';
import { money, UNKNOWN } from '../format/money.ts';
import { duration, GAP, integer, percent } from '../format/number.ts';
import { fieldTitle, valueTitle } from '../state/vocabulary.ts';
import { readExperiment } from './entry.ts';

export type Interval = NonNullable<ExperimentResults['arms'][number]['metrics'][number]['interval']>;

export const statusTitles: Readonly<Record<ExperimentStatus, string>> = {
  draft: 'Draft',
  running: 'Running',
  paused: 'Paused',
  stopped: 'Stopped',
  archived: 'Archived',
};

/** `Cost per user`, since a unit is a different thing in every experiment. */
export function metricTitle(metric: ExperimentMetric, { unit, scoreName }: Pick<Experiment, 'unit' | 'scoreName'>) {
  if (metric === 'cost_per_unit') return `Cost per ${unit}`;
  if (metric === 'score' && scoreName !== '') return `Score “${scoreName}”`;
  const name = metricNames[metric];
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}

/** Floats of dollars as the formatter of money wants them. */
export const dollars = (value: number | null): string => (value === null ? UNKNOWN : money(value.toFixed(9)));

export function figure(metric: ExperimentMetric, value: number | null): string {
  if (value === null || !Number.isFinite(value)) return UNKNOWN;
  switch (metric) {
    case 'cost_per_unit':
    case 'cost_per_request':
      return dollars(value);
    case 'error_rate':
      return preciseShare(value);
    case 'latency_p50':
    case 'latency_p95':
    case 'latency_p99':
    case 'ttft_p50':
      return value >= 1_000 && value < 10_000 ? `${(value / 1_000).toFixed(2)}${GAP}s` : duration(value);
    case 'output_tokens':
      return value < 1_000 ? value.toPrecision(3) : integer(value);
    case 'score':
      return Math.abs(value) < 1_000 ? value.toPrecision(3) : integer(value);
  }
}

/** Rates of errors are small: `0.96 %` tells more than `1.0 %`. */
const preciseShare = (share: number): string =>
  share > 0 && share < 0.1 ? `${(share * 100).toFixed(2)}${GAP}%` : percent(share);

const size = (share: number): string => {
  const points = Math.abs(share) * 100;
  return points >= 99.95 ? points.toFixed(0) : points.toFixed(1);
};
const sign = (share: number): string => (share < 0 ? '−' : share > 0 ? '+' : '');

/** For the marks of an axis, which stand at round places. */
export const axisLift = (lift: number): string =>
  lift === 0 ? '0' : `${sign(lift)}${Number((Math.abs(lift) * 100).toFixed(2))}${GAP}%`;
export const liftText = (lift: number): string => `${sign(lift)}${size(lift)}${GAP}%`;
export const intervalText = ({ low, high }: Interval): string =>
  `${sign(low)}${size(low)} to ${sign(high)}${size(high)}${GAP}%`;

/** `40.1 % lower (38.0 to 42.2 %)`; where the sign is open: `1.2 % lower (between 4.0 % lower and 1.6 % higher)`. */
export function changeWords(lift: number | null, interval: Interval | null): string {
  if (lift === null || interval === null) return 'not to be told yet';
  const plain = `${size(lift)}${GAP}% ${side(lift)}`;
  const { low, high } = interval;
  if (low < 0 && high > 0) return `${plain} (between ${size(low)}${GAP}% lower and ${size(high)}${GAP}% higher)`;
  const [near, far] = high <= 0 ? [high, low] : [low, high];
  return `${plain} (${size(near)} to ${size(far)}${GAP}%)`;
}

const side = (lift: number): string => (lift < 0 ? 'lower' : 'higher');

/** What a variant does to a request, in short; '' for one that changes nothing. */
export function variantWords({ model, parameters, fallbacks }: Variant): string {
  const given = Object.entries(parameters).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  const chain = fallbacks.length === 0 ? [] : [`else ${fallbacks.join(', ')}`];
  return [...(model === undefined ? [] : [model]), ...given, ...chain].join(' · ');
}

export const targetWords = ({ targeting }: Experiment): string =>
  targeting.length === 0
    ? 'all traffic'
    : targeting.map(({ field, value }) => `${fieldTitle(field)} is ${valueTitle(field, value)}`).join(', ');

export const shareText = (share: number): string => `${Number((share * 100).toFixed(2))}${GAP}%`;

/** Nothing is changed by any variant: it proves the apparatus. */
export const isSameAgainstSame = ({ variants }: Experiment): boolean =>
  variants.every((variant) => variantWords(variant) === '');

/** One version in the history. */
export function versionWords(entry: ConfigEntry): string {
  const setup = readExperiment(entry);
  if (setup === null) return 'not readable by this version';
  const arms = setup.variants.map((each) => `${each.name} ${shareText(each.share)}`).join(', ');
  const guards = setup.guards.map(({ metric, limit }) => `${metricNames[metric]} at most ${shareText(limit)} worse`);
  return [
    `${statusTitles[setup.status]}${setup.pausedBecause === '' ? '' : ` by a guard: ${setup.pausedBecause}`}`,
    setup.name,
    `${shareText(setup.exposure)} of the ${setup.unit}s ${setup.targeting.length === 0 ? 'of' : 'where'} ${targetWords(setup)}`,
    arms,
    `goal ${metricNames[setup.goal]}`,
    ...guards,
  ].join(' · ');
}

export function pText(p: number): string {
  if (p < 0.001) return 'p < 0.001';
  return `p = ${p < 0.1 ? p.toFixed(3) : p.toFixed(2)}`;
}

const LONGEST_IN_DAYS = 90;
const DAYS_A_MONTH = 365.25 / 12;

export function daysText(days: number): string {
  if (days < 1) return `${Math.max(1, Math.round(days * 24))}${GAP}h`;
  if (days > LONGEST_IN_DAYS) return `${integer(Math.round(days / DAYS_A_MONTH))} months`;
  const whole = Math.ceil(days);
  return `${integer(whole)} ${whole === 1 ? 'day' : 'days'}`;
}
