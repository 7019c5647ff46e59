import type { Tags } from '../domain/exchange.ts';
import type { Experiment, Target, Variant } from '../domain/experiments/experiment.ts';
import type { RunningExperiment } from '../domain/snapshot.ts';
import { assign } from '../domain/statistics/assignment.ts';

/** What is known of a request before its body. */
export interface Candidate {
  readonly provider: string;
  readonly tags: Tags;
}

/** What decides with the body: who asks, and for which model. */
export interface Asked {
  readonly model: string;
  /** The tag's, or else the body's own. */
  readonly userId: string;
  readonly sessionId: string;
  readonly requestId: string;
}

export interface Assignment {
  readonly experiment: string;
  readonly control: string;
  readonly variant: Variant;
  /** '' where the variant was forced: the request is in no analysis. */
  readonly unitId: string;
}

/** Experiments that may take the request, once its body is known. Empty for most, so that they pass untouched. */
export function candidatesFor(
  experiments: readonly RunningExperiment[],
  candidate: Candidate,
): readonly RunningExperiment[] {
  if (experiments.length === 0) return experiments;
  return experiments.filter(({ value }) =>
    value.targeting.every((target) => target.field === 'model' || tagAt(target, candidate) === target.value),
  );
}

/**
 * The first experiment that takes it, and the variant of its unit; null where none does. `forced` is
 * `EXPERIMENT=VARIANT`, of the header that tries a variant out; '' for none.
 */
export function assignVariant(
  candidates: readonly RunningExperiment[],
  asked: Asked,
  forced: string,
): Assignment | null {
  for (const { id, value } of candidates) {
    if (!value.targeting.every(({ field, value: model }) => field !== 'model' || model === asked.model)) continue;
    const variant = forcedVariant(id, value, forced);
    if (variant) return assignment(id, value, variant, '');
    const unitId = unitOf(value, asked);
    const name = unitId === '' ? null : assign(value, unitId);
    const assigned = value.variants.find((each) => each.name === name);
    if (assigned) return assignment(id, value, assigned, unitId);
  }
  return null;
}

function tagAt({ field }: Target, { provider, tags }: Candidate): string {
  switch (field) {
    case 'feature':
      return tags.feature;
    case 'prompt_id':
      return tags.promptId;
    case 'provider':
      return provider;
    default:
      return tags.properties[field.slice('property.'.length)] ?? '';
  }
}

function forcedVariant(id: string, { variants }: Experiment, forced: string): Variant | undefined {
  return forced === '' ? undefined : variants.find(({ name }) => forced === `${id}=${name}`);
}

function unitOf({ unit }: Experiment, { userId, sessionId, requestId }: Asked): string {
  switch (unit) {
    case 'user':
      return userId;
    case 'session':
      return sessionId;
    case 'request':
      return requestId;
  }
}

function assignment(experiment: string, { variants }: Experiment, variant: Variant, unitId: string): Assignment {
  return { experiment, control: variants[0]?.name ?? '', variant, unitId };
}
