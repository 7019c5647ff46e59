import { z } from 'zod';
import { MIN_UNITS } from '../statistics/confidence.ts';

/** What is randomised. A request without the id it needs takes no part. */
export const experimentUnit = z.enum(['user', 'session', 'request'], { error: 'one of user, session, request' });
export type ExperimentUnit = z.infer<typeof experimentUnit>;

const name = (what: string) => z.string({ error: what }).trim().min(1, what).max(120, 'at most 120 characters');
const share = z.number({ error: 'a number from 0 to 1' }).min(0, 'a number from 0 to 1').max(1, 'a number from 0 to 1');
const modelName = z
  .string({ error: 'a model’s name, or PROVIDER/MODEL' })
  .min(1, 'a model’s name, or PROVIDER/MODEL')
  .max(200, 'at most 200 characters');

/** All of them must hold; which one is decided by equality. */
export const targetField = z.union(
  [
    z.enum(['feature', 'prompt_id', 'model', 'provider']),
    // Names of properties come as header names, in any case, and are kept in lower case.
    z
      .string()
      .toLowerCase()
      .regex(/^property\.[^\0]{1,128}$/u, 'one of feature, prompt_id, model, provider, property.NAME'),
  ],
  { error: 'one of feature, prompt_id, model, provider, property.NAME' },
);
export const target = z.object({ field: targetField, value: z.string({ error: 'text' }).max(2048) });
export type Target = z.infer<typeof target>;

/** Names that a variant must not set: they decide what the request is and how its answer is read. */
const keptParameters: ReadonlySet<string> = new Set(['model', 'messages', 'input', 'contents', 'stream', 'tools']);

export const variant = z.object({
  name: z
    .string({ error: 'a name of a–z, 0–9, - and _' })
    .regex(/^[a-z0-9][a-z0-9_-]{0,31}$/, 'a name of a–z, 0–9, - and _, at most 32 characters'),
  /** Of all units that take part. */
  share,
  /** In place of the one that was asked for; PROVIDER/MODEL calls another provider with its stored credential. */
  model: modelName.optional(),
  /** Top-level keys of the body that are set. */
  parameters: z
    .record(z.string().min(1).max(64), z.json(), { error: 'a map of parameters' })
    .refine((map) => Object.keys(map).every((key) => !keptParameters.has(key)), {
      error: `no ${[...keptParameters].join(', ')}: they decide what is asked, not how`,
    })
    .default({}),
  /** Tried in turn where the variant's own call fails. */
  fallbacks: z.array(modelName).max(4, 'at most four').default([]),
});
export type Variant = z.infer<typeof variant>;

export const experimentMetric = z.enum(
  [
    'cost_per_unit',
    'cost_per_request',
    'error_rate',
    'latency_p50',
    'latency_p95',
    'latency_p99',
    'ttft_p50',
    'output_tokens',
    'score',
  ],
  { error: 'one of the metrics of an experiment' },
);
export type ExperimentMetric = z.infer<typeof experimentMetric>;

/** More is better of a score alone; the length of answers is neither, so it is shown and never a goal. */
export function isBetterHigher(metric: ExperimentMetric): boolean {
  return metric === 'score';
}

const guard = z.object({
  metric: experimentMetric,
  /** How much worse than the control it may become: 0.05 for five percent. */
  limit: z.number({ error: 'a share such as 0.05' }).positive('more than 0').max(10, 'at most 10'),
});

export const experimentStatus = z.enum(['draft', 'running', 'paused', 'stopped', 'archived']);
export type ExperimentStatus = z.infer<typeof experimentStatus>;

const shape = z.object({
  name: name('what it is called'),
  hypothesis: z.string({ error: 'text' }).max(2_000, 'at most 2,000 characters').default(''),
  unit: experimentUnit,
  targeting: z.array(target).max(10, 'at most ten').default([]),
  /** Share of the matching units that takes part. */
  exposure: share.default(1),
  /** The first one is the control and changes nothing. */
  variants: z.array(variant).min(2, 'two to six variants').max(6, 'two to six variants'),
  goal: experimentMetric.exclude(['output_tokens']).default('cost_per_unit'),
  /** Name of the scores that `score` means. */
  scoreName: z.string().max(64).default(''),
  guards: z.array(guard).max(8, 'at most eight').default([]),
  /** Relative: a smaller gain is not worth a change. */
  smallestEffect: z.number({ error: 'a share such as 0.05' }).positive('more than 0').max(10).default(0.05),
  confidence: z.enum(['anytime', 'fixed']).default('anytime'),
  alpha: z.number().min(0.001).max(0.2).default(0.05),
  power: z.number().min(0.5).max(0.99).default(0.8),
  /**
   * Units per arm at which the intervals shall be tightest. Chosen when it starts: would it follow what is seen, the
   * intervals would no longer hold at every look.
   */
  plannedUnits: z.number().int().min(MIN_UNITS).max(1e9).default(5_000),
  status: experimentStatus.default('draft'),
  /** Which guard paused it; '' where people did, and while it is not paused. */
  pausedBecause: z.string().max(500).default(''),
  /** Drawn once, when it is made: a unit's variant is a function of it. */
  salt: z.string().min(8).max(64),
});
export const experiment = shape.superRefine(checkVariants);
export type Experiment = z.infer<typeof experiment>;

/** As spendlens.yaml declares it: running unless it says otherwise, and its id is what its salt is made of. */
export const declaredExperiment = shape
  .omit({ salt: true, pausedBecause: true })
  .extend({
    id: z.string({ error: 'an id' }).regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'an id of a–z, 0–9, - and _'),
    status: experimentStatus.default('running'),
  })
  .transform((declared) => ({ ...declared, pausedBecause: '', salt: `spendlens.yaml/${declared.id}` }))
  .superRefine(checkVariants);

const SHARE_TOLERANCE = 1e-6;

function checkVariants({ variants, goal, guards, scoreName }: z.infer<typeof shape>, context: z.RefinementCtx): void {
  const fault = (path: (string | number)[], message: string) => context.addIssue({ code: 'custom', path, message });
  const sum = variants.reduce((total, each) => total + each.share, 0);
  if (Math.abs(sum - 1) > SHARE_TOLERANCE) fault(['variants'], `shares that add up to 1, not ${sum}`);
  const [control] = variants;
  if (
    control &&
    (control.model !== undefined || Object.keys(control.parameters).length + control.fallbacks.length > 0)
  ) {
    fault(['variants', 0], 'a control that changes nothing');
  }
  const names = variants.map((each) => each.name);
  for (const [index, each] of names.entries()) {
    if (names.indexOf(each) < index) fault(['variants', index, 'name'], 'a name that no other variant has');
  }
  const needsScore = [goal, ...guards.map(({ metric }) => metric)].includes('score');
  if (needsScore && scoreName === '') fault(['scoreName'], 'the name of the scores that are compared');
}

/** Which changes of status are allowed; what was stopped stays as it was judged. */
const next: Readonly<Record<ExperimentStatus, readonly ExperimentStatus[]>> = {
  draft: ['draft', 'running', 'archived'],
  running: ['running', 'paused', 'stopped'],
  paused: ['paused', 'running', 'stopped'],
  stopped: ['stopped', 'archived'],
  archived: ['archived'],
};

/**
 * '' or why `after` may not follow on `before` (null for a new one). Once units were assigned, what decides about them
 * stands: only status, exposure, name, hypothesis and guards may change, or the figures would mix two experiments.
 */
export function faultInChange(before: Experiment | null, after: Experiment): string {
  if (before === null)
    return after.status === 'draft' || after.status === 'running' ? '' : 'a new one is a draft or running';
  if (!next[before.status].includes(after.status)) return `it is ${before.status} and cannot become ${after.status}`;
  if (before.salt !== after.salt) return 'the salt is drawn once and stays';
  if (before.status === 'draft') return '';
  const fixed = ({ unit, targeting, variants, goal, scoreName, plannedUnits }: Experiment) =>
    JSON.stringify([unit, targeting, variants, goal, scoreName, plannedUnits]);
  return fixed(before) === fixed(after)
    ? ''
    : 'unit, targeting, variants and goal stay once it has run: make another one';
}
