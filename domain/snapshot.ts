import { z } from 'zod';
import { experiment } from './experiments/experiment.ts';
import { route } from './routing/route.ts';

const entries = z.array(z.object({ id: z.string().min(1), version: z.number().int(), value: z.unknown() }));

/** GET /api/snapshot: what the dashboard tells the proxies to do. An entry that a proxy cannot read is left out. */
export const snapshotWire = z.object({
  experiments: entries,
  /** A dashboard that knows of no routes names none. */
  routes: entries.default([]),
});

const snapshotEntry = z.object({ id: z.string(), value: experiment });
export type RunningExperiment = z.infer<typeof snapshotEntry>;

const routeEntry = z.object({ id: z.string(), value: route });
export type PublishedRoute = z.infer<typeof routeEntry>;

export interface Snapshot {
  /** Those that are running, in the order of their ids: of two that match, the first one takes the request. */
  readonly experiments: readonly RunningExperiment[];
  /** In the order of their ids. */
  readonly routes: readonly PublishedRoute[];
}

export const emptySnapshot: Snapshot = { experiments: [], routes: [] };

/** Null where it is no snapshot at all. */
export function readSnapshot(value: unknown): Snapshot | null {
  const wire = snapshotWire.safeParse(value);
  if (!wire.success) return null;
  const experiments = wire.data.experiments.flatMap((entry) => {
    const parsed = snapshotEntry.safeParse(entry);
    return parsed.success && parsed.data.value.status === 'running' ? [parsed.data] : [];
  });
  const routes = wire.data.routes.flatMap((entry) => {
    const parsed = routeEntry.safeParse(entry);
    return parsed.success ? [parsed.data] : [];
  });
  return { experiments: experiments.toSorted(byId), routes: routes.toSorted(byId) };
}

const byId = (a: { readonly id: string }, b: { readonly id: string }) => (a.id < b.id ? -1 : 1);
