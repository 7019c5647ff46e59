import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Warehouse } from '../clickhouse/client.ts';
import { createInserts } from '../clickhouse/inserts.ts';
import { SpendlensError } from '../domain/error.ts';
import { replaceFile } from '../process/atomic-file.ts';

/** What one outbox has of demo rows: how many exchanges, none of them above `lastSeq`. */
const share = z.object({ outboxId: z.string(), exchanges: z.number().int(), lastSeq: z.number().int() });
/** What is about to be taken, so that a removal that died half-way takes exactly that and says so once. */
const intent = z.object({ id: z.string(), at: z.iso.datetime(), shares: z.array(share) });
type Intent = z.infer<typeof intent>;

const POLL_MS = 200;
const PATIENCE_MS = 600_000;

/**
 * Takes all demo rows out of the warehouse and posts what it took, so that completeness still adds up. Between the
 * two it does not; one that was killed there is finished by the next call. Answers how many exchanges it took.
 */
export async function removeDemoRows(
  warehouse: Warehouse,
  dataFolder: string,
  say: (line: string) => void,
): Promise<number> {
  const path = join(dataFolder, 'demo-removal.json');
  const pending = await readIntent(path);
  const earlier = pending === null ? 0 : await carryOut(warehouse, pending, path, say);
  const next = await survey(warehouse);
  if (next.shares.length === 0) return earlier;
  await replaceFile(path, JSON.stringify(next));
  return earlier + (await carryOut(warehouse, next, path, say));
}

async function readIntent(path: string): Promise<Intent | null> {
  const text = await readFile(path, 'utf8').catch(() => null);
  return text === null ? null : intent.parse(JSON.parse(text));
}

const surveyRow = z.object({ outbox_id: z.string(), exchanges: z.coerce.number(), last_seq: z.coerce.number() });

async function survey(warehouse: Warehouse): Promise<Intent> {
  const rows = await warehouse.rows(surveyRow, {
    text: `SELECT outbox_id, uniqExact(seq) AS exchanges, max(seq) AS last_seq FROM spendlens.attempts
      WHERE kind = 'demo' GROUP BY outbox_id ORDER BY outbox_id`,
    params: {},
  });
  const shares = rows.map(({ outbox_id, exchanges, last_seq }) => ({
    outboxId: outbox_id,
    exchanges,
    lastSeq: last_seq,
  }));
  const at = new Date().toISOString();
  return { id: `demo-${at}`, at, shares };
}

async function carryOut(
  warehouse: Warehouse,
  { id, at, shares }: Intent,
  path: string,
  say: (line: string) => void,
): Promise<number> {
  const exchanges = shares.reduce((sum, each) => sum + each.exchanges, 0);
  say(`Removing ${exchanges.toLocaleString('en')} demo requests …`);
  const params = { ids: shares.map(({ outboxId }) => outboxId), seqs: shares.map(({ lastSeq }) => lastSeq) };
  // Bodies and scores do not know their kind: they go while the rows that do still stand.
  const ofDemo = `(outbox_id, seq) IN (SELECT outbox_id, seq FROM spendlens.attempts WHERE ${CHOSEN})`;
  await take(warehouse, 'bodies', ofDemo, params);
  await take(warehouse, 'scores', ofDemo, params);
  await take(warehouse, 'attempts', CHOSEN, params);
  const removals = shares.map(({ outboxId, exchanges: taken }) => ({
    outbox_id: outboxId,
    exchanges: taken,
    dead_letters: 0,
    reason: 'demo rows removed',
    removed_at: at,
  }));
  await createInserts(warehouse).removals(removals, id);
  await rm(path);
  return exchanges;
}

const CHOSEN = `kind = 'demo' AND seq <= transform(toString(outbox_id), {ids:Array(String)}, {seqs:Array(UInt64)}, toUInt64(0))`;

/** Rewrites the parts without the rows, in the background of the warehouse, and waits until none is left. */
async function take(
  warehouse: Warehouse,
  table: 'bodies' | 'scores' | 'attempts',
  where: string,
  params: Readonly<Record<string, unknown>>,
): Promise<void> {
  const left = async () => {
    const text = `SELECT count() AS n FROM spendlens.${table} WHERE ${where}`;
    const [row] = await warehouse.rows(z.object({ n: z.coerce.number() }), { text, params });
    return row?.n ?? 0;
  };
  if ((await left()) === 0) return;
  await warehouse.run(`ALTER TABLE spendlens.${table} DELETE WHERE ${where} SETTINGS mutations_sync = 0`, params);
  const deadline = Date.now() + PATIENCE_MS;
  while ((await left()) > 0) {
    if (Date.now() > deadline) throw unfinished(table);
    await sleep(POLL_MS);
  }
}

const unfinished = (table: string): SpendlensError =>
  new SpendlensError(
    'warehouse_busy',
    `the warehouse did not finish taking demo rows out of ${table}; run the same command again to finish it`,
    { retryable: true },
  );
