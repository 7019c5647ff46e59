import { z } from 'zod';
import type { Failure, FailureCause } from './failure.ts';

const status = z.number().int().min(100).max(599);
const named = ['timeout', 'context_window', 'content_policy'] as const;

/** A status, a range of them with both ends, or a cause by its name. */
export const condition = z.union([status, z.strictObject({ from: status, to: status }), z.enum(named)], {
  error: `a status such as 429, a range {from: 500, to: 599}, or one of ${named.join(', ')}`,
});

/** When a target's failure sends the request to the next one. */
export interface Conditions {
  readonly statuses: readonly { readonly from: number; readonly to: number }[];
  readonly causes: ReadonlySet<FailureCause>;
}

/** Where there is no answer, no list of codes can name it: these always lead on. */
const noAnswer: readonly FailureCause[] = ['timeout', 'unreachable', 'reset', 'in_body', 'empty', 'malformed'];

const defaultConditions: Conditions = {
  statuses: [
    { from: 429, to: 429 },
    { from: 500, to: 599 },
  ],
  causes: new Set([...noAnswer, 'context_window', 'content_policy']),
};

/** Without a list: 429, 5xx, no answer, a prompt too long, and a refusal for its content. */
export function readConditions(list: readonly z.infer<typeof condition>[] | undefined): Conditions {
  if (list === undefined) return defaultConditions;
  const causes = list.filter((item) => typeof item === 'string');
  const ranges = list.filter((item) => typeof item !== 'string');
  return {
    statuses: ranges.map((item) => (typeof item === 'number' ? { from: item, to: item } : item)),
    causes: new Set([...noAnswer, ...causes]),
  };
}

export function leadsOn({ statuses, causes }: Conditions, failure: Failure): boolean {
  if (failure.cause === 'target') return false;
  if (causes.has(failure.cause)) return true;
  const found = failure.status;
  return found !== null && found >= 400 && statuses.some(({ from, to }) => found >= from && found <= to);
}
