import type { z } from 'zod';
import {
  type Experiment,
  type ExperimentMetric,
  type ExperimentStatus,
  type ExperimentUnit,
  experiment,
} from '../../../domain/experiments/experiment.ts';
import { type Checked, checked } from '../money/override-draft.ts';

/** The form as it is being typed; shares and limits in per cent. `key` tells rows apart that look alike. */
export interface ExperimentDraft {
  readonly name: string;
  readonly hypothesis: string;
  readonly unit: ExperimentUnit;
  readonly targeting: readonly TargetDraft[];
  readonly exposure: string;
  readonly variants: readonly VariantDraft[];
  readonly goal: Experiment['goal'];
  readonly scoreName: string;
  readonly guards: readonly GuardDraft[];
  readonly smallestEffect: string;
  readonly confidence: Experiment['confidence'];
  /** '' for what the preview found. */
  readonly plannedUnits: string;
}

export interface TargetDraft {
  readonly key: number;
  readonly field: string;
  readonly value: string;
}

export interface VariantDraft {
  readonly key: number;
  readonly name: string;
  readonly share: string;
  readonly model: string;
  /** JSON of an object; '' for none. */
  readonly parameters: string;
  /** Joined by commas. */
  readonly fallbacks: string;
}

export interface GuardDraft {
  readonly key: number;
  readonly metric: ExperimentMetric;
  readonly limit: string;
}

let keys = 0;
export const nextKey = (): number => {
  keys += 1;
  return keys;
};

const asPercent = (share: number): string => String(Number((share * 100).toFixed(4)));

export function emptyDraft(): ExperimentDraft {
  return {
    name: '',
    hypothesis: '',
    unit: 'user',
    targeting: [],
    exposure: '100',
    variants: [emptyVariant('control'), emptyVariant('b')].map((each) => ({ ...each, share: '50' })),
    goal: 'cost_per_unit',
    scoreName: '',
    guards: [],
    smallestEffect: '5',
    confidence: 'anytime',
    plannedUnits: '',
  };
}

export const emptyVariant = (name: string): VariantDraft => ({
  key: nextKey(),
  name,
  share: '0',
  model: '',
  parameters: '',
  fallbacks: '',
});

export function draftOf(setup: Experiment): ExperimentDraft {
  const { name, hypothesis, unit, goal, scoreName, confidence } = setup;
  return {
    name,
    hypothesis,
    unit,
    goal,
    scoreName,
    confidence,
    targeting: setup.targeting.map((each) => ({ ...each, key: nextKey() })),
    exposure: asPercent(setup.exposure),
    variants: setup.variants.map((each) => ({
      key: nextKey(),
      name: each.name,
      share: asPercent(each.share),
      model: each.model ?? '',
      parameters: Object.keys(each.parameters).length === 0 ? '' : JSON.stringify(each.parameters, null, 1),
      fallbacks: each.fallbacks.join(', '),
    })),
    guards: setup.guards.map(({ metric, limit }) => ({ key: nextKey(), metric, limit: asPercent(limit) })),
    smallestEffect: asPercent(setup.smallestEffect),
    plannedUnits: String(setup.plannedUnits),
  };
}

/** Shares in hundredths that add up to exactly 100; the first ones take what cannot be split. */
export function evenShares(count: number): string[] {
  const whole = Math.floor(10_000 / count);
  const rest = 10_000 - whole * count;
  return Array.from({ length: count }, (_, index) => String((whole + (index < rest ? 1 : 0)) / 100));
}

/** Per cent as a share; NaN where it is no number, which the schema refuses at the field. */
export function shareOf(text: string): number {
  const typed = text.trim().replace(',', '.');
  return typed === '' ? Number.NaN : Number((Number(typed) / 100).toFixed(8));
}

export interface DraftContext {
  /** What is being changed; null for a new one. */
  readonly before: Experiment | null;
  readonly status: ExperimentStatus;
  /** Of the preview, where the form does not say. */
  readonly plannedUnits: number | null;
}

const UNKNOWN_PLAN = 5_000;
const MIN_PLAN = 100;
/** The server draws the salt of a new one. */
const NO_SALT = 'drawn by the server';

/** Problems are named by path: `variants.1.parameters`. */
export function checkDraft(draft: ExperimentDraft, context: DraftContext): Checked<Experiment> {
  const faults = jsonFaults(draft);
  if (Object.keys(faults).length > 0) return { kind: 'invalid', problems: faults };
  const planned = draft.plannedUnits.trim();
  const raw: z.input<typeof experiment> = {
    name: draft.name,
    hypothesis: draft.hypothesis.trim(),
    unit: draft.unit,
    targeting: filledTargets(draft),
    exposure: shareOf(draft.exposure),
    variants: draft.variants.map(({ name, share, model, parameters, fallbacks }) => ({
      name: name.trim(),
      share: shareOf(share),
      ...(model.trim() === '' ? {} : { model: model.trim() }),
      parameters: parametersOf(parameters) ?? {},
      fallbacks: fallbacks.split(',').flatMap((each) => each.trim() || []),
    })),
    goal: draft.goal,
    scoreName: draft.scoreName.trim(),
    guards: draft.guards.map(({ metric, limit }) => ({ metric, limit: shareOf(limit) })),
    smallestEffect: shareOf(draft.smallestEffect),
    confidence: draft.confidence,
    plannedUnits: planned === '' ? Math.max(MIN_PLAN, context.plannedUnits ?? UNKNOWN_PLAN) : Number(planned),
    status: context.status,
    alpha: context.before?.alpha,
    power: context.before?.power,
    salt: context.before?.salt ?? NO_SALT,
  };
  return checked(experiment, raw);
}

export const filledTargets = ({ targeting }: ExperimentDraft) =>
  targeting.map(({ field, value }) => ({ field, value: value.trim() })).filter(({ value }) => value !== '');

/** Null where the text is no JSON object. */
function parametersOf(text: string): Record<string, z.core.util.JSONType> | null {
  if (text.trim() === '') return {};
  try {
    const value: z.core.util.JSONType = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

function jsonFaults({ variants }: ExperimentDraft): Record<string, string> {
  const faults = variants.flatMap(({ parameters }, index) =>
    parametersOf(parameters) === null ? [[`variants.${index}.parameters`, jsonFault(parameters)] as const] : [],
  );
  return Object.fromEntries(faults);
}

function jsonFault(text: string): string {
  try {
    JSON.parse(text);
    return 'an object such as {"temperature": 0}';
  } catch (error) {
    return `not JSON: ${error instanceof Error ? error.message : 'it cannot be read'}`;
  }
}
