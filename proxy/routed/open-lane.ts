import { type Config, rulesOf } from '../../domain/config.ts';
import type { Provider } from '../../domain/providers.ts';
import type { RunningExperiment } from '../../domain/snapshot.ts';
import type { AppTimeouts } from '../../domain/time-limits.ts';
import type { Logger } from '../../process/log.ts';
import { createAnswerCache } from '../cache/cache.ts';
import type { ProxySettings } from '../config.ts';
import { createRateLimits } from '../rate-limit/rate-limits.ts';
import { openSharedStore } from '../shared/open-store.ts';
import type { Resolver } from '../upstream.ts';
import { createChooser } from './choose-targets.ts';
import { createDispatchers } from './dispatchers.ts';
import { createRoutedLane } from './lane.ts';
import { DEFAULT_TOTAL_MS } from './limits.ts';
import { createPlanner } from './plan.ts';
import { readProviderKeys } from './provider-keys.ts';
import { createRetryBudget } from './retry-budget.ts';

export interface OpenLaneOptions {
  readonly config: Config;
  readonly providers: readonly Provider[];
  readonly resolver: Resolver;
  readonly appTimeouts: AppTimeouts;
  readonly settings: Pick<ProxySettings, 'routedBodyLimit' | 'store'>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Those that run now. */
  readonly experiments: () => readonly RunningExperiment[];
  readonly log: Logger;
}

/** @throws SpendlensError config_invalid */
export function openRoutedLane(options: OpenLaneOptions) {
  const { config, providers, resolver, appTimeouts, settings, env, experiments, log } = options;
  const store = openSharedStore(settings.store, log);
  const dispatchers = createDispatchers(config.targets?.allowPrivate ?? false);
  return {
    planner: createPlanner({ resolver, rules: config.fallbacks ?? [], experiments, hasSharedState: store !== null }),
    lane: createRoutedLane({
      dispatchers,
      choose: createChooser({ resolver, keyOf: readProviderKeys(providers, config.fallbacks, env) }),
      budget: createRetryBudget(config.routed?.retryFloor),
      cache: store === null ? null : createAnswerCache(store, log),
      limits: store === null ? null : createRateLimits(store, log),
      rules: rulesOf(config),
      bodyLimit: settings.routedBodyLimit,
      totalMs: config.routed?.totalMs ?? DEFAULT_TOTAL_MS,
      appTimeouts,
      log,
    }),
    async close(): Promise<void> {
      await Promise.all([dispatchers.close(), store?.close()]);
    },
  };
}
