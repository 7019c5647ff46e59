import { z } from 'zod';
import type { Warehouse } from '../../clickhouse/client.ts';
import { askCompleteness, type Completeness } from '../../clickhouse/query/completeness.ts';
import { render, sql } from '../../clickhouse/query/fragment.ts';
import type { StatusAnswer } from '../../domain/api.ts';
import type { ChildState } from '../../process/messages.ts';
import { readWaiting } from './waiting.ts';

const HEALTH_MS = 5_000;

const kindRow = z.object({
  kind: z.string(),
  rows: z.coerce.number(),
  first: z.coerce.number(),
  last: z.coerce.number(),
});

const KINDS = sql`SELECT kind, count() AS rows, toUnixTimestamp64Milli(min(created_at)) AS first,
  toUnixTimestamp64Milli(max(created_at)) AS last
FROM spendlens.requests
WHERE kind IN ('app', 'demo')
GROUP BY kind`;

export interface StatusParts {
  readonly warehouse: Warehouse;
  readonly children: () => readonly ChildState[];
  readonly proxyUrl: string;
  readonly sqlUrl: string;
}

export function createStatus({ warehouse, children, proxyUrl, sqlUrl }: StatusParts): () => Promise<StatusAnswer> {
  const health = createHealth(warehouse);
  return async function status() {
    const [kinds, { complete, gaps, deadLetters, lostExchanges, lostBodies }, waiting] = await Promise.all([
      warehouse.rows(kindRow, render(KINDS)),
      health(),
      readWaiting(proxyUrl),
    ]);
    const count = (kind: string) => kinds.find((each) => each.kind === kind)?.rows ?? 0;
    const processes = children().map(({ name, state, restarts, lastExit }) => ({ name, state, restarts, lastExit }));
    return {
      now: new Date().toISOString(),
      proxyUrl,
      sqlUrl,
      firstRowAt: instant(
        kinds.map(({ first }) => first),
        Math.min,
      ),
      lastRowAt: instant(
        kinds.map(({ last }) => last),
        Math.max,
      ),
      rows: { app: count('app'), demo: count('demo') },
      health: { complete, gaps, deadLetters, lostExchanges, lostBodies, waiting, processes },
    };
  };
}

/** Completeness reads every row's number, so the more it takes, the less often it is asked. */
function createHealth(warehouse: Warehouse): () => Promise<Completeness> {
  let known: { readonly answer: Promise<Completeness>; until: number } | null = null;
  return function health() {
    const began = Date.now();
    if (known !== null && known.until > began) return known.answer;
    const answer = askCompleteness(warehouse);
    const entry = { answer, until: Number.POSITIVE_INFINITY };
    known = entry;
    answer.then(
      () => {
        const took = Date.now() - began;
        entry.until = Date.now() + Math.max(HEALTH_MS, 20 * took);
      },
      () => {
        entry.until = 0;
      },
    );
    return answer;
  };
}

function instant(times: readonly number[], choose: (...values: number[]) => number): string | null {
  return times.length === 0 ? null : new Date(choose(...times)).toISOString();
}
