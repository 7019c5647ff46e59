import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pool } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { statusAnswer } from '../../domain/api.ts';
import { commitWindow, isWithin } from '../harness/commit-window.ts';
import { type Stack, startStack, until } from '../harness/stack.ts';

/** Several proxy workers on one port: the same rows as with one, whoever of them dies, and however many there are. */

const CONNECTIONS = 32;
const answer = JSON.stringify({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  model: 'gpt-4o-mini-2024-07-18',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Fine.' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 },
});

interface Call {
  readonly id: string;
  /** When the whole answer was there, null where the connection broke. */
  readonly completeAt: number | null;
}

interface Row {
  readonly request_id: string;
  readonly outbox_id: string;
  readonly error_kind: string;
}

let upstream: Server;
let config = '';
let folder = '';
let stack: Stack;
const calls: Call[] = [];

beforeAll(async () => {
  upstream = createServer((request, response) => {
    request.resume().on('end', () => setTimeout(() => response.end(answer), 4));
    response.setHeader('content-type', 'application/json');
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  const { port } = upstream.address() as AddressInfo;
  config = `providers:\n  openai: { baseUrl: 'http://127.0.0.1:${port}' }\n`;
  folder = mkdtempSync(join(tmpdir(), 'spendlens-workers-'));
  stack = await startWith(2);
});

afterAll(async () => {
  await stack?.stop();
  upstream?.close();
  rmSync(folder, { recursive: true, force: true });
});

const startWith = (workers: number) => startStack({ config, folder, env: { SPENDLENS_WORKERS: String(workers) } });

describe('two workers', () => {
  it('share the connections; one that is killed takes nothing else along', { timeout: 180_000 }, async () => {
    const [first, second] = stack.endpoints().pids.proxy;
    let killedAt = 0;
    await send(4_000, (index) => {
      if (index !== 1_500 || !second) return;
      killedAt = Date.now();
      process.kill(second, 'SIGKILL');
    });
    await until(() => isAnother(stack.endpoints().pids.proxy[1], second));
    // Its successor is there for the same share of the connections.
    await send(1_000);
    await drained();
    expect(stack.endpoints().pids.proxy[0], 'the other worker').toBe(first);
    const rows = await allRows();
    expectEachOnce(rows, killedAt);
    const perOutbox = rows.reduce((counts, { outbox_id: id }) => counts.set(id, (counts.get(id) ?? 0) + 1), count());
    // The one that lived, the one that was killed, its successor.
    expect(perOutbox.size).toBe(3);
    // Of 32 connections dealt out at random a worker gets fewer than three once in eight million times.
    for (const share of perOutbox.values()) expect(share).toBeGreaterThan(1_000 / CONNECTIONS);
  });

  it('leave their backlog to the one that remains', { timeout: 180_000 }, async () => {
    const { ingest } = stack.endpoints().pids;
    if (ingest === null) throw new Error('no ingest to stop');
    process.kill(ingest, 'SIGSTOP');
    await send(500);
    await stack.stop();
    stack = await startWith(1);
    await drained();
    const rows = await allRows();
    expect(new Set(rows.map(({ request_id: id }) => id)).size).toBe(rows.length);
    const ids = new Set(rows.map(({ request_id: id }) => id));
    expect(calls.slice(-500).filter(({ id, completeAt }) => completeAt === null || !ids.has(id))).toEqual([]);
    expect(await until(() => !existsSync(join(folder, 'outbox', '1'))), 'the empty outbox is gone').toBe(true);
  });
});

const count = () => new Map<string, number>();
const isAnother = (pid: number | null | undefined, than: number | null | undefined) => pid != null && pid !== than;
const allRows = () => stack.sql<Row>('SELECT request_id, outbox_id, error_kind FROM requests');

function expectEachOnce(rows: readonly Row[], killedAt: number): void {
  const ids = new Set(rows.map(({ request_id: id }) => id));
  expect(ids.size, 'no row twice').toBe(rows.length);
  const missing = calls.filter(({ id, completeAt }) => completeAt !== null && !ids.has(id));
  const endOf = new Map(calls.map(({ id, completeAt }) => [id, completeAt]));
  const outboxes = [...new Set(rows.map(({ outbox_id: outbox }) => outbox))];
  const windows = outboxes.map((outbox) => {
    const own = rows.filter(({ outbox_id: each, error_kind: kind }) => each === outbox && kind === '');
    return commitWindow(
      killedAt,
      own.map(({ request_id: id }) => endOf.get(id) ?? 0),
    );
  });
  const outside = missing.filter(({ completeAt }) => !windows.some((window) => isWithin(window, completeAt ?? 0)));
  expect(outside, 'complete at the client outside the commit window, and yet missing').toEqual([]);
  expect(
    rows.some(({ error_kind: kind }) => kind === 'aborted'),
    'what was in flight in the killed worker',
  ).toBe(true);
}

async function drained(): Promise<void> {
  const isDrained = async () => {
    const status = statusAnswer.safeParse(await stack.api('GET', '/api/status').catch(() => null)).data;
    return status?.health.complete === true && status.health.waiting === 0;
  };
  expect(await until(isDrained), 'the backlog drained, and complete').toBe(true);
}

async function send(total: number, before: (index: number) => void = () => undefined): Promise<void> {
  const pool = new Pool(stack.endpoints().proxy, { connections: CONNECTIONS, pipelining: 1 });
  let started = 0;
  const caller = async () => {
    while (started < total) {
      before(started++);
      const id = crypto.randomUUID();
      calls.push({ id, completeAt: await call(pool, id) });
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, caller));
  await pool.close();
}

async function call(pool: Pool, id: string): Promise<number | null> {
  try {
    const { statusCode, body } = await pool.request({
      path: '/openai/v1/chat/completions',
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer sk-test', 'helicone-request-id': id },
      body: '{"model":"gpt-4o-mini","messages":[{"role":"user","content":"How are you?"}]}',
    });
    await body.text();
    return statusCode === 200 ? Date.now() : null;
  } catch {
    return null;
  }
}
