import { z } from 'zod';
import { experiment } from './experiments/experiment.ts';

/** GET /api/snapshot: what the dashboard tells the proxies to do. An entry that a proxy cannot read is left out. */
export const snapshotWire = z.object({
  experiments: z.array(z.object({ id: z.string().min(1), version: z.number().int(), value: z.unknown() })),
});

const snapshotEntry = z.object({ id: z.string(), value: experiment });
export type RunningExperiment = z.infer<typeof snapshotEntry>;

export interface Snapshot {
  /** Those that are running, in the order of their ids: of two that match, the first one takes the request. */
  readonly experiments: readonly RunningExperiment[];
}

export const emptySnapshot: Snapshot = { experiments: [] };

/** Null where it is no snapshot at all. */
export function readSnapshot(value: unknown): Snapshot | null {
  const wire = snapshotWire.safeParse(value);
  if (!wire.success) return null;
  const experiments = wire.data.experiments.flatMap((entry) => {
    const parsed = snapshotEntry.safeParse(entry);
    return parsed.success && parsed.data.value.status === 'running' ? [parsed.data] : [];
  });
  return { experiments: experiments.toSorted((a, b) => (a.id < b.id ? -1 : 1)) };
}
