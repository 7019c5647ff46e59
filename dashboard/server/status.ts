import { z } from 'zod';
import type { Warehouse } from '../../clickhouse/client.ts';
import { askCompleteness } from '../../clickhouse/query/completeness.ts';
import { askRepricing } from '../../clickhouse/query/corrections.ts';
import { render, sql } from '../../clickhouse/query/fragment.ts';
import type { StatusAnswer } from '../../domain/api.ts';
import { SpendlensError } from '../../domain/error.ts';
import type { ChildState } from '../../process/messages.ts';
import { createPaced } from './paced.ts';
import { readWaiting } from './waiting.ts';

const HEALTH_MS = 5_000;
const COUNTS_MS = 500;

const kindRow = z.object({ kind: z.string(), rows: z.coerce.number(), first: z.coerce.number() });
const lastRow = z.object({ last: z.coerce.number() });

const KINDS = sql`SELECT kind, count() AS rows, toUnixTimestamp64Milli(min(created_at)) AS first
FROM spendlens.requests
WHERE kind IN ('app', 'demo')
GROUP BY kind`;

// In the table's own order, so that it costs the same however many rows there are.
const LAST = sql`SELECT toUnixTimestamp64Milli(created_at) AS last
FROM spendlens.requests
WHERE kind IN ('app', 'demo')
ORDER BY created_at DESC
LIMIT 1`;

const PROGRESS = sql`SELECT count() AS slices, toUnixTimestamp64Milli(max(inserted_at)) AS last, sum(resends) AS resends
FROM spendlens.slices`;
const progressRow = z.object({ slices: z.coerce.number(), last: z.coerce.number(), resends: z.coerce.number() });

export interface StatusParts {
  readonly warehouse: Warehouse;
  readonly children: () => readonly ChildState[];
  readonly proxyUrl: string;
  /** The proxy's own key, where it asks for one. */
  readonly proxyKey: string | null;
  readonly sqlUrl: string;
  /** Messages in Kafka that are not in the warehouse, null where it does not answer. Where there is no Kafka, null itself. */
  readonly lag: (() => Promise<number | null>) | null;
}

/** What the warehouse said when it last answered. */
type Known = Pick<StatusAnswer, 'firstRowAt' | 'lastRowAt' | 'rows' | 'repricing'> & {
  readonly health: Omit<StatusAnswer['health'], 'waiting' | 'lag' | 'processes'>;
};

const nothingKnown: Known = {
  firstRowAt: null,
  lastRowAt: null,
  rows: null,
  repricing: null,
  health: {
    complete: null,
    gaps: null,
    deadLetters: null,
    lostExchanges: null,
    lostBodies: null,
    lastProgressAt: null,
    duplicatesAvoided: null,
  },
};

/** Answers while the warehouse is away too: that is when people look at what is down. */
export function createStatus({
  warehouse,
  children,
  proxyUrl,
  proxyKey,
  sqlUrl,
  lag: readLag,
}: StatusParts): () => Promise<StatusAnswer> {
  const completeness = createPaced(() => askCompleteness(warehouse), HEALTH_MS);
  const kinds = createPaced(() => warehouse.rows(kindRow, render(KINDS)), COUNTS_MS);
  let known = nothingKnown;

  async function read(): Promise<Known> {
    const [counts, [last], health, [progress], repricing] = await Promise.all([
      kinds(),
      warehouse.rows(lastRow, render(LAST)),
      completeness(),
      warehouse.rows(progressRow, render(PROGRESS)),
      askRepricing({ warehouse, now: Date.now() }),
    ]);
    const { complete, gaps, deadLetters, lostExchanges, lostBodies } = health;
    const count = (kind: string) => counts.find((each) => each.kind === kind)?.rows ?? 0;
    return {
      firstRowAt: counts.length === 0 ? null : new Date(Math.min(...counts.map(({ first }) => first))).toISOString(),
      lastRowAt: last === undefined ? null : new Date(last.last).toISOString(),
      rows: { app: count('app'), demo: count('demo') },
      repricing,
      health: {
        complete,
        gaps,
        deadLetters,
        lostExchanges,
        lostBodies,
        lastProgressAt: progress && progress.slices > 0 ? new Date(progress.last).toISOString() : null,
        duplicatesAvoided: progress?.resends ?? 0,
      },
    };
  }

  /** Returns why the warehouse does not answer, or ''. */
  async function learn(): Promise<string> {
    try {
      known = await read();
      return '';
    } catch (error) {
      if (!(error instanceof SpendlensError && error.retryable)) throw error;
      return error.message;
    }
  }

  return async function status() {
    const [error, inOutboxes, lag] = await Promise.all([learn(), readWaiting(proxyUrl, proxyKey), readLag?.() ?? null]);
    const inKafka = readLag === null ? 0 : lag;
    const waiting = inOutboxes === null || inKafka === null ? null : inOutboxes + inKafka;
    const processes = children().map(({ name, state, restarts, lastExit }) => ({ name, state, restarts, lastExit }));
    return {
      now: new Date().toISOString(),
      proxyUrl,
      sqlUrl,
      warehouse: { reachable: error === '', error },
      ...known,
      health: { ...known.health, waiting, lag, processes },
    };
  };
}
