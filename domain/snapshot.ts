import { z } from 'zod';
import { experiment } from './experiments/experiment.ts';
import { modelAlias } from './prices/alias.ts';
import { priceOverride } from './prices/override.ts';
import { type Named, orderRules, type PriceRules } from './prices/rules.ts';
import { route } from './routing/route.ts';

const entries = z.array(z.object({ id: z.string().min(1), version: z.number().int(), value: z.unknown() }));

/** GET /api/snapshot: what the dashboard tells the proxies to do. An entry that a proxy cannot read is left out. */
export const snapshotWire = z.object({
  experiments: entries,
  /** A dashboard that knows of no routes names none. */
  routes: entries.default([]),
  /** All that is said about prices, version 0 for what spendlens.yaml says; left out by one that does not tell. */
  prices: z.object({ overrides: entries, aliases: entries }).optional(),
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
  /** As ingest applies them; null where the dashboard does not tell. */
  readonly prices: PriceRules | null;
}

export const emptySnapshot: Snapshot = { experiments: [], routes: [], prices: null };

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
  const { prices } = wire.data;
  return {
    experiments: experiments.toSorted(byId),
    routes: routes.toSorted(byId),
    prices: prices === undefined ? null : rulesIn(prices),
  };
}

function rulesIn({ overrides, aliases }: NonNullable<z.infer<typeof snapshotWire>['prices']>): PriceRules {
  const all = { overrides: readable(overrides, priceOverride), aliases: readable(aliases, modelAlias) };
  const from = (isFile: boolean): PriceRules => ({
    overrides: all.overrides.filter(({ version }) => (version === 0) === isFile),
    aliases: all.aliases.filter(({ version }) => (version === 0) === isFile),
  });
  return orderRules(from(true), from(false));
}

function readable<Value>(found: z.infer<typeof entries>, schema: z.ZodType<Value>): Named<Value>[] {
  return found.flatMap(({ id, version, value }) => {
    const parsed = schema.safeParse(value);
    return parsed.success ? [{ id, version, value: parsed.data }] : [];
  });
}

const byId = (a: { readonly id: string }, b: { readonly id: string }) => (a.id < b.id ? -1 : 1);
