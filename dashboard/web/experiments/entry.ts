import { type Experiment, experiment } from '../../../domain/experiments/experiment.ts';
import type { ConfigEntry } from '../../../domain/money-api.ts';

/** Null for what an older or newer program wrote, and this page cannot read. */
export function readExperiment({ value }: ConfigEntry): Experiment | null {
  const parsed = experiment.safeParse(value);
  return parsed.success ? parsed.data : null;
}
