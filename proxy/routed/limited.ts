import type { Exchange } from '../../domain/exchange.ts';
import type { PriceRules } from '../../domain/prices/rules.ts';
import type { Logger } from '../../process/log.ts';
import { priceOfExchange } from '../rate-limit/cost-of.ts';
import type { RateLimits, Verdict } from '../rate-limit/rate-limits.ts';
import { answerRefusal, type Refusal } from '../refusal.ts';
import type { Run } from './engine.ts';
import type { RoutedMetrics } from './metrics.ts';

export interface LimitParts {
  /** Null where there is no state for them, and no request that asks gets this far. */
  readonly limits: RateLimits | null;
  /** What the user says about prices now. */
  readonly rules: () => PriceRules;
  readonly metrics: RoutedMetrics;
  readonly log: Logger;
}

/** Calls what the request's own policy lets through, and charges what it cost where the policy counts cents. */
export function createLimitedRun(call: (run: Run) => Promise<void>, { limits, rules, metrics, log }: LimitParts) {
  return async function runLimited(run: Run): Promise<void> {
    const { limit: policy, tags } = run.plan;
    if (policy === null || limits === null) return call(run);
    const { recording } = run.passage;
    const verdict = await limits.ask(policy, tags);
    metrics.limit(policy.unit, verdict.kind);
    if (verdict.kind === 'refused') return refuse(run, verdict);
    if (policy.unit === 'cents') {
      recording.watch = (exchange) => void limits.charge(policy, tags, centsOf(exchange));
    }
    return call({ ...run, moreHeaders: [...run.moreHeaders, ...verdict.headers] });
  };

  /** The exchange is on its way to the outbox: what cannot be priced must not keep it from there. */
  function centsOf(exchange: Exchange): number {
    try {
      const { cents, unpriced } = priceOfExchange(exchange, rules());
      for (const provider of unpriced) metrics.uncounted(provider);
      return cents;
    } catch (error) {
      metrics.uncounted(exchange.provider);
      log.error(error, 'a limit by cents could not count a call');
      return 0;
    }
  }
}

function refuse({ res, passage, plan }: Run, verdict: Extract<Verdict, { kind: 'refused' }>): void {
  const { recording, destination, requestId } = passage;
  const { headers, retryAfterSeconds } = verdict;
  const refusal: Refusal = {
    status: 429,
    code: 'rate_limited',
    style: destination.provider.style,
    message: `this app’s own limit, ${plan.limit?.text ?? ''}, is used up; the next call is due in ${retryAfterSeconds} s`,
  };
  recording.failed('refused');
  recording.explained(refusal.message);
  if (res.headersSent || res.destroyed) return;
  const more = ['X-Helicone-Error', 'rate_limited', 'Retry-After', String(retryAfterSeconds), ...headers];
  answerRefusal(res, refusal, requestId, more);
}
