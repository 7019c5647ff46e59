import { Counter, Gauge, type Registry } from 'prom-client';
import type { TargetState } from '../../domain/routing/decide.ts';
import type { FailureCause } from '../../domain/routing/failure.ts';
import type { ProviderLabel } from '../provider-label.ts';
import type { RateLimitPolicy } from '../rate-limit/policy.ts';

/** What the routed lane did beside calling. `provider` as the record names it. */
export interface RoutedMetrics {
  /** `held`: the retry budget had nothing left for it. */
  retry(provider: string, outcome: 'made' | 'held'): void;
  /** The next target is asked, since a call to `provider` failed. */
  fallback(provider: string, cause: FailureCause): void;
  /** `joined`: answered with what an equal call under way brought. */
  cache(provider: string, outcome: 'hit' | 'joined' | 'miss'): void;
  limit(unit: RateLimitPolicy['unit'], outcome: 'granted' | 'refused'): void;
  /** A limit by cents took nothing for a call, since nobody knows its price. */
  uncounted(provider: string): void;
  /** The state that workers share did not answer. */
  stateFailed(feature: 'cache' | 'limits'): void;
}

export interface RoutedMetricsParts {
  readonly registry: Registry;
  readonly labelOf: ProviderLabel;
  /** Of the routes as they are configured now: what apps make up themselves must not become labels. */
  readonly targets: () => Iterable<string>;
  readonly look: (target: string) => TargetState;
}

export function createRoutedMetrics({ registry, labelOf, targets, look }: RoutedMetricsParts): RoutedMetrics {
  const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
    new Counter({ name, help, labelNames, registers: [registry] });
  const retries = counter(
    'spendlens_routed_retries_total',
    'Calls made again, and those held back by the retry budget.',
    ['provider', 'outcome'],
  );
  const fallbacks = counter(
    'spendlens_routed_fallbacks_total',
    'Calls whose failure led on to the next target, by the provider that failed and why.',
    ['provider', 'cause'],
  );
  const lookups = counter(
    'spendlens_routed_cache_total',
    'Requests that asked the cache: hit, joined an equal call under way, or miss.',
    ['provider', 'outcome'],
  );
  const limits = counter('spendlens_routed_limits_total', 'Requests under a limit of their own.', ['unit', 'outcome']);
  const uncounted = counter(
    'spendlens_routed_uncounted_total',
    'Calls for which a limit by cents took nothing, since no price of theirs is known.',
    ['provider'],
  );
  const failures = counter(
    'spendlens_routed_state_errors_total',
    'Times that cache or limits went without the state that they share.',
    ['feature'],
  );
  // An alarm on growth does not see the step from no series at all to the first failure.
  for (const feature of ['cache', 'limits'] as const) failures.inc({ feature }, 0);
  registerTargets(registry, targets, look);
  return {
    retry: (provider, outcome) => retries.inc({ provider: labelOf(provider), outcome }),
    fallback: (provider, cause) => fallbacks.inc({ provider: labelOf(provider), cause }),
    cache: (provider, outcome) => lookups.inc({ provider: labelOf(provider), outcome }),
    limit: (unit, outcome) => limits.inc({ unit, outcome }),
    uncounted: (provider) => uncounted.inc({ provider: labelOf(provider) }),
    stateFailed: (feature) => failures.inc({ feature }),
  };
}

/** Between its rests a target that fails is tried by one call: still open, or an alarm would begin anew each time. */
function registerTargets(
  registry: Registry,
  targets: RoutedMetricsParts['targets'],
  look: RoutedMetricsParts['look'],
): void {
  new Gauge({
    name: 'spendlens_routed_target_open',
    help: 'Workers in which a target of a route rests after failures in a row, and has not answered well since.',
    labelNames: ['target'],
    registers: [registry],
    collect() {
      this.reset();
      for (const target of targets()) this.set({ target }, look(target).breaker === 'closed' ? 0 : 1);
    },
  });
}
