import type { Registry } from 'prom-client';
import { type Config, routesOf, rulesOf } from '../../domain/config.ts';
import type { PriceRules } from '../../domain/prices/rules.ts';
import type { Provider } from '../../domain/providers.ts';
import type { Snapshot } from '../../domain/snapshot.ts';
import type { AppTimeouts } from '../../domain/time-limits.ts';
import type { Logger } from '../../process/log.ts';
import { createAnswerCache } from '../cache/cache.ts';
import type { ProxySettings } from '../config.ts';
import type { ProviderLabel } from '../provider-label.ts';
import { createRateLimits } from '../rate-limit/rate-limits.ts';
import { openSharedStore } from '../shared/open-store.ts';
import type { Resolver } from '../upstream.ts';
import { createChooser } from './choose-targets.ts';
import { createDispatchers } from './dispatchers.ts';
import { createRoutedLane } from './lane.ts';
import { DEFAULT_TOTAL_MS } from './limits.ts';
import { createRoutedMetrics } from './metrics.ts';
import { createTargetNamer } from './name-target.ts';
import { createPlanner } from './plan.ts';
import { readProviderKeys } from './provider-keys.ts';
import { createRetryBudget } from './retry-budget.ts';
import { createRouteBook } from './route-book.ts';
import { createRouter } from './router.ts';
import { createTargetStates } from './target-states.ts';

export interface OpenLaneOptions {
  readonly config: Config;
  readonly providers: readonly Provider[];
  readonly resolver: Resolver;
  readonly appTimeouts: AppTimeouts;
  readonly settings: Pick<ProxySettings, 'routedBodyLimit' | 'store'>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What the dashboard says now. */
  readonly snapshot: () => Snapshot;
  readonly registry: Registry;
  readonly labelOf: ProviderLabel;
  readonly log: Logger;
}

/** @throws SpendlensError config_invalid */
export async function openRoutedLane(options: OpenLaneOptions) {
  const { config, providers, resolver, appTimeouts, settings, env, snapshot, registry, labelOf, log } = options;
  const store = await openSharedStore(settings.store, log);
  const dispatchers = createDispatchers(config.targets?.allowPrivate ?? false);
  const fileRules = rulesOf(config);
  // The dashboard publishes the file's too, and reads it anew as ingest does; the start's own copy is for without it.
  const rules = (): PriceRules => snapshot().prices ?? fileRules;
  const routes = routesOf(config);
  const keyOf = readProviderKeys(providers, { fallbacks: config.fallbacks ?? [], routes }, env);
  const namer = createTargetNamer({ resolver, keyOf });
  const { breakerFailures: failures, coolDownMs } = config.routed ?? {};
  const states = createTargetStates({ failures, coolDownMs });
  const book = createRouteBook(routes, () => snapshot().routes);
  const metrics = createRoutedMetrics({ registry, labelOf, targets: book.targets, look: states.look });
  const router = createRouter({ book, namer, states, providers, rules });
  return {
    planner: createPlanner({
      resolver,
      rules: config.fallbacks ?? [],
      experiments: () => snapshot().experiments,
      hasSharedState: store !== null,
    }),
    lane: createRoutedLane({
      dispatchers,
      choose: createChooser({ resolver, keyOf, namer, router }),
      states,
      metrics,
      budget: createRetryBudget(config.routed?.retryFloor),
      cache: store === null ? null : createAnswerCache(store, log, () => metrics.stateFailed('cache')),
      limits: store === null ? null : createRateLimits(store, log, () => metrics.stateFailed('limits')),
      rules,
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
