import { z } from 'zod';
import type { ConfigLog } from '../clickhouse/config-log.ts';
import { readDashboardRules } from '../clickhouse/price-rules.ts';
import { modelAlias } from '../domain/prices/alias.ts';
import { priceOverride } from '../domain/prices/override.ts';
import { priceExchange } from '../domain/prices/price-exchange.ts';
import { orderRules, type PriceRules } from '../domain/prices/rules.ts';
import type { RulesInForce } from './repricing.ts';

const named = <Value extends z.ZodType>(value: Value) =>
  z.array(z.object({ id: z.string(), version: z.number().int(), value }));
const keptRules = z.object({ overrides: named(priceOverride), aliases: named(modelAlias) });

/** The price lists with what spendlens.yaml and the dashboard say: as ingest prices. */
export function createRulesInForce(log: ConfigLog, fileRules: () => Promise<PriceRules>): RulesInForce {
  return {
    async current() {
      const { rules, changedAt } = await readDashboardRules(log);
      return { rules: orderRules(await fileRules(), rules), changedAt };
    },
    pricer(rules) {
      const kept = keptRules.parse(rules);
      return (call) => priceExchange(call, kept);
    },
  };
}
