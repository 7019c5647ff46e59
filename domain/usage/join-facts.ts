import { addUsage } from './add-usage.ts';
import type { ResponseFacts } from './facts.ts';

/** Two answers that came over one connection. What another model than the first one did stands apart. */
export function joinFacts(one: ResponseFacts, next: ResponseFacts): ResponseFacts {
  const isSame = next.model === one.model || next.model === '';
  const apart = isSame || next.usage === null ? [] : [{ model: next.model, usage: next.usage }];
  return {
    ...one,
    usage:
      isSame && next.usage !== null ? (one.usage === null ? next.usage : addUsage(one.usage, next.usage)) : one.usage,
    reportedCost: plus(one.reportedCost, next.reportedCost),
    toolCalls: one.toolCalls === null ? next.toolCalls : one.toolCalls + (next.toolCalls ?? 0),
    serverTools: sumOf(one.serverTools, next.serverTools),
    complete: one.complete && next.complete,
    hiddenReasoning: one.hiddenReasoning || next.hiddenReasoning,
    others: [...one.others, ...apart, ...next.others],
  };
}

function plus(one: bigint | null, next: bigint | null): bigint | null {
  return one === null ? next : one + (next ?? 0n);
}

function sumOf(one: ResponseFacts['serverTools'], next: ResponseFacts['serverTools']): ResponseFacts['serverTools'] {
  if (one === null || next === null) return one ?? next;
  const sum = { ...one };
  for (const [tool, count] of Object.entries(next)) sum[tool] = (sum[tool] ?? 0) + count;
  return sum;
}
