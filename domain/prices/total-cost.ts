import { type NanoUsd, nanoUsd } from '../money.ts';
import type { CostStatus } from './receipt.ts';

/** What one attempt cost. */
interface AttemptCost {
  readonly cost: NanoUsd | null;
  readonly status: CostStatus;
}

/** From the safest to the least safe. */
const statuses: readonly CostStatus[] = ['exact', 'reported', 'estimated', 'partial', 'unpriced'];

/** What a whole exchange cost: the sum of its attempts, so that both views add up to the same. */
export function totalCost(attempts: readonly AttemptCost[]): AttemptCost {
  const costs = attempts.map(({ cost }) => cost).filter((cost) => cost !== null);
  return {
    cost: costs.length === 0 ? null : nanoUsd(costs.reduce((sum: bigint, cost) => sum + cost, 0n)),
    status: totalStatus(attempts.map(({ status }) => status)),
  };
}

/** The least safe one; where some attempts have a price and some have none, a part is missing. */
function totalStatus(all: readonly CostStatus[]): CostStatus {
  const unpriced = all.filter((status) => status === 'unpriced').length;
  if (unpriced > 0) return unpriced === all.length ? 'unpriced' : 'partial';
  return statuses.findLast((status) => all.includes(status)) ?? 'unpriced';
}
