import type { z } from 'zod';
import type { ConfigKind } from '../domain/money-api.ts';
import { modelAlias } from '../domain/prices/alias.ts';
import { priceOverride } from '../domain/prices/override.ts';
import type { Named, PriceRules } from '../domain/prices/rules.ts';
import type { ConfigLog, ConfigVersion } from './config-log.ts';

export const priceOverrideKind: ConfigKind = 'price-override';
export const modelAliasKind: ConfigKind = 'model-alias';

export interface DashboardRules {
  readonly rules: PriceRules;
  /** Milliseconds since 1970 of the newest change, 0 where nothing was ever changed. */
  readonly changedAt: number;
}

/** What people said about prices in the dashboard. A value that this program cannot read is as if it were not there. */
export async function readDashboardRules(log: ConfigLog): Promise<DashboardRules> {
  const [overrides, aliases, overridesAt, aliasesAt] = await Promise.all([
    log.list(priceOverrideKind),
    log.list(modelAliasKind),
    log.changedAt(priceOverrideKind),
    log.changedAt(modelAliasKind),
  ]);
  return {
    rules: { overrides: named(overrides, priceOverride), aliases: named(aliases, modelAlias) },
    changedAt: Math.max(overridesAt, aliasesAt),
  };
}

function named<Value>(versions: readonly ConfigVersion[], schema: z.ZodType<Value>): Named<Value>[] {
  return versions.flatMap(({ id, version, value }) => {
    const parsed = schema.safeParse(value);
    return parsed.success ? [{ id, version, value: parsed.data }] : [];
  });
}
