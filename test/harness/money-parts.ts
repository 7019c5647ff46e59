import type { Warehouse } from '../../clickhouse/client.ts';
import { createConfigLog } from '../../clickhouse/config-log.ts';
import type { AppParts } from '../../dashboard/server/app.ts';
import { noRules, type PriceRules } from '../../domain/prices/rules.ts';
import { builtInProviders } from '../../domain/providers.ts';
import { createLog } from '../../process/log.ts';
import { createRepricing } from '../../repricing/repricing.ts';
import { createRulesInForce } from '../../repricing/rules-in-force.ts';

/** What the dashboard's app needs for money. Its clock is ahead, so that no job waits until ingest knows a change. */
export function moneyParts(warehouse: Warehouse, declared: PriceRules = noRules): Omit<AppParts['money'], 'wake'> {
  const log = createConfigLog(warehouse);
  const fileRules = async () => declared;
  const rules = createRulesInForce(log, fileRules);
  const now = () => Date.now() + 16_000;
  const quiet = createLog('test', 'silent');
  return { log, fileRules, repricing: createRepricing({ warehouse, rules, log: quiet, holder: 'test', now }) };
}

/** Nothing declared in a file, and the built-in providers without credentials. */
export const plainExperiments: AppParts['experiments'] = {
  declared: async () => [],
  providers: async () => builtInProviders,
};
