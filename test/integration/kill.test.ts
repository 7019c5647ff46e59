import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Pool } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { statusAnswer } from '../../domain/api.ts';
import { commitWindow, isWithin } from '../harness/commit-window.ts';
import { type Stack, startStack, until } from '../harness/stack.ts';

/**
 * kill -9 of proxy worker, ingest and warehouse in turn under load, then the client's own ledger is held against
 * the warehouse. The one loss that is allowed is stated in the design: what a killed proxy had answered within its
 * commit window.
 */

const REQUESTS = 20_000;
const CONCURRENCY = 24;
const kills: { after: number; role: 'proxy' | 'ingest' | 'warehouse' }[] = [
  { after: 4_000, role: 'proxy' },
  { after: 8_000, role: 'ingest' },
  { after: 12_000, role: 'warehouse' },
  { after: 16_000, role: 'proxy' },
];

interface Entry {
  id: string;
  outputTokens: number;
  /** When the client had the whole answer; null when it never got it. */
  completeAt: number | null;
}

let upstream: Server;
let stack: Stack;

beforeAll(async () => {
  upstream = createServer((request, response) => {
    const outputTokens = Number(request.headers['x-output-tokens']);
    request.resume().on('end', () => setTimeout(() => response.end(answer(outputTokens)), 4));
    response.setHeader('content-type', 'application/json');
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  const { port } = upstream.address() as AddressInfo;
  stack = await startStack({ config: `providers:\n  openai: { baseUrl: 'http://127.0.0.1:${port}' }\n` });
});

afterAll(async () => {
  await stack?.stop();
  upstream?.close();
});

const answer = (outputTokens: number) =>
  JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    model: 'gpt-4o-mini-2024-07-18',
    choices: [{ index: 0, message: { role: 'assistant', content: 'Fine.' }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 100, completion_tokens: outputTokens, total_tokens: 100 + outputTokens },
  });

/** gpt-4o-mini: 100 input tokens at 150 n$, output at 600 n$. */
const costNano = (entry: Entry) => 15_000n + 600n * BigInt(entry.outputTokens);

describe('kill -9 under load', () => {
  it('loses nothing that was accepted, counts nothing twice, and the money agrees', { timeout: 240_000 }, async () => {
    const ledger = await sendAll();
    const drained = await until(async () => {
      const status = await stack.api('GET', '/api/status').catch(() => null);
      return isDrained(status);
    });
    expect(
      drained,
      `backlog drained and complete; it says ${JSON.stringify(await stack.api('GET', '/api/status'))}`,
    ).toBe(true);
    const rows = await stack.sql<{ request_id: string; n: number; cost: string | null; error_kind: string }>(
      `SELECT request_id, count() AS n, toString(sum(cost_usd)) AS cost, any(error_kind) AS error_kind
       FROM requests GROUP BY request_id`,
    );
    const byId = new Map(rows.map((row) => [row.request_id, row]));
    const complete = ledger.entries.filter((entry) => entry.completeAt !== null);
    const missing = complete.filter((entry) => !byId.has(entry.id));
    const recorded = complete.filter((entry) => byId.has(entry.id) && byId.get(entry.id)?.error_kind === '');
    const ends = recorded.map(({ completeAt }) => completeAt ?? 0);
    const windows = ledger.proxyKilledAt.map((at) => commitWindow(at, ends));
    const outside = missing.filter(({ completeAt }) => !windows.some((window) => isWithin(window, completeAt ?? 0)));
    const aborted = rows.filter((row) => row.error_kind === 'aborted');
    const duplicates = rows.filter((row) => Number(row.n) !== 1);
    const wrong = recorded.filter((entry) => toNano(byId.get(entry.id)?.cost ?? null) !== costNano(entry));
    const ledgerSum = recorded.reduce((sum, entry) => sum + costNano(entry), 0n);
    const warehouseSum = rows
      .filter((row) => row.error_kind === '')
      .reduce((sum, row) => sum + (toNano(row.cost) ?? 0n), 0n);
    console.log(
      [
        `sent ${ledger.entries.length}, complete at the client ${complete.length}, rows ${rows.length}`,
        `duplicates ${duplicates.length}, wrong cost ${wrong.length}, aborted rows ${aborted.length}`,
        `sum of cost: ledger ${ledgerSum} n$, warehouse ${warehouseSum} n$`,
        `in the commit window of a killed proxy: ${missing.length - outside.length}`,
        ...missing.map((entry) => `  ${entry.id}`),
        ...ledger.killed.map((kill) => `killed ${kill.role} (pid ${kill.pid})`),
      ].join('\n'),
    );
    expect(ledger.killed).toHaveLength(kills.length);
    expect(duplicates.length).toBe(0);
    expect(wrong.length).toBe(0);
    expect(outside, 'complete at the client outside every commit window, and yet missing').toEqual([]);
    expect(warehouseSum - ledgerSum, 'rows that completed although the client did not see it').toBe(
      unseen(rows, ledger.entries),
    );
    expect(aborted.length, 'what was in flight in the killed proxies').toBeGreaterThan(0);
  });
});

/** Money of rows that ended well although the client's connection broke before it had the answer. */
function unseen(rows: { request_id: string; error_kind: string }[], entries: Entry[]): bigint {
  const broken = new Map(entries.filter((entry) => entry.completeAt === null).map((entry) => [entry.id, entry]));
  return rows
    .filter((row) => row.error_kind === '')
    .map((row) => broken.get(row.request_id))
    .reduce((sum, entry) => sum + (entry === undefined ? 0n : costNano(entry)), 0n);
}

function toNano(cost: string | null): bigint | null {
  return cost === null ? null : BigInt(Math.round(Number(cost) * 1e9));
}

function isDrained(answer: unknown): boolean {
  const status = statusAnswer.safeParse(answer).data;
  if (status === undefined || !status.warehouse.reachable) return false;
  return status.health.complete === true && status.health.waiting === 0;
}

async function sendAll() {
  const pool = new Pool(stack.endpoints().proxy, { connections: CONCURRENCY, pipelining: 1 });
  const entries: Entry[] = [];
  const killed: { role: string; pid: number }[] = [];
  const proxyKilledAt: number[] = [];
  let started = 0;

  const kill = (role: 'proxy' | 'ingest' | 'warehouse') => {
    const { pids } = stack.endpoints();
    const pid = role === 'proxy' ? pids.proxy[0] : pids[role];
    if (pid === null || pid === undefined) throw new Error(`${role} is not running`);
    process.kill(pid, 'SIGKILL');
    killed.push({ role, pid });
    if (role === 'proxy') proxyKilledAt.push(Date.now());
  };

  const worker = async () => {
    while (started < REQUESTS) {
      const index = started++;
      for (const { after, role } of kills) if (after === index) kill(role);
      const entry: Entry = { id: crypto.randomUUID(), outputTokens: 1 + (index % 500), completeAt: null };
      entries.push(entry);
      entry.completeAt = await send(pool, entry);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  await pool.close();
  return { entries, killed, proxyKilledAt };
}

/** When the whole answer was there, null where the connection broke. */
async function send(pool: Pool, entry: Entry): Promise<number | null> {
  try {
    const { statusCode, body } = await pool.request({
      path: '/openai/v1/chat/completions',
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: 'Bearer sk-test',
        'helicone-request-id': entry.id,
        'x-output-tokens': String(entry.outputTokens),
      },
      body: '{"model":"gpt-4o-mini","messages":[{"role":"user","content":"How are you?"}]}',
    });
    await body.text();
    return statusCode === 200 ? Date.now() : null;
  } catch {
    return null;
  }
}
