import type { PriceRules } from '../../domain/prices/rules.ts';
import { centsOf } from '../rate-limit/cost-of.ts';
import type { RateLimits, Verdict } from '../rate-limit/rate-limits.ts';
import { answerRefusal, type Refusal } from '../refusal.ts';
import type { Run } from './engine.ts';

export interface LimitParts {
  /** Null where there is no state for them, and no request that asks gets this far. */
  readonly limits: RateLimits | null;
  readonly rules: PriceRules;
}

/** Calls what the request's own policy lets through, and charges what it cost where the policy counts cents. */
export function createLimitedRun(call: (run: Run) => Promise<void>, { limits, rules }: LimitParts) {
  return async function runLimited(run: Run): Promise<void> {
    const { limit: policy, tags } = run.plan;
    if (policy === null || limits === null) return call(run);
    const { recording } = run.passage;
    const verdict = await limits.ask(policy, tags);
    if (verdict.kind === 'refused') return refuse(run, verdict);
    if (policy.unit === 'cents')
      recording.watch = (exchange) => void limits.charge(policy, tags, centsOf(exchange, rules));
    return call({ ...run, moreHeaders: [...run.moreHeaders, ...verdict.headers] });
  };
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
