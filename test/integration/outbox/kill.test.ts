import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { decodeExchange } from '../../../domain/exchange.ts';
import { openOutbox } from '../../../proxy/outbox/open-outbox.ts';
import { createOutboxReader, type OutboxReader } from '../../../proxy/outbox/reader.ts';
import { quietLog } from '../../harness/ingest.ts';

const CHILD = new URL('../../harness/outbox-child.ts', import.meta.url);
const ROUNDS = 5;

const told = z.discriminatedUnion('type', [
  z.object({ type: z.literal('open'), id: z.string() }),
  z.object({ type: z.literal('accepted'), requestId: z.string() }),
  z.object({ type: z.literal('begun'), requestId: z.string() }),
]);

interface Life {
  readonly id: string;
  readonly accepted: string[];
  readonly begun: string[];
}

/** One owner's life: it records until it is killed in the middle of it. */
async function live(folder: string, acknowledgementPath: string, ms: number): Promise<Life> {
  const child = fork(CHILD, [folder, acknowledgementPath]);
  const life = { id: '', accepted: [] as string[], begun: [] as string[] };
  const opened = new Promise<void>((resolve) => {
    child.on('message', (raw) => {
      const message = told.parse(raw);
      if (message.type === 'open') life.id = message.id;
      else life[message.type].push(message.requestId);
      if (message.type === 'open') resolve();
    });
  });
  await opened;
  await new Promise((resolve) => setTimeout(resolve, ms));
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
  return life;
}

async function readAll(reader: OutboxReader, id: string) {
  await reader.outboxes();
  const found: { seq: number; requestId: string; errorKind: string | null }[] = [];
  for (;;) {
    const page = reader.read(id, found.length + 1, { entries: 1_000, bytes: 1024 * 1024 });
    if (page.length === 0) return found;
    for (const { seq, encoded } of page) {
      const { requestId, errorKind } = decodeExchange(encoded);
      found.push({ seq, requestId, errorKind });
    }
  }
}

it('loses no accepted exchange to kill -9, keeps order, and tells what was in flight', async () => {
  const data = await mkdtemp(join(tmpdir(), 'spendlens-outbox-'));
  const folder = join(data, 'outbox', '0');
  const acknowledgementPath = join(data, 'ingest', 'state.json');
  const lives: Life[] = [];
  for (let round = 0; round < ROUNDS; round++) lives.push(await live(folder, acknowledgementPath, 150 + round * 70));
  const last = await openOutbox({ folder, acknowledgementPath, log: quietLog });
  const reader = createOutboxReader(join(data, 'outbox'));
  const ids = [...lives.map(({ id }) => id), last.id];
  const all = await Promise.all(ids.map((id) => readAll(reader, id)));

  for (const entries of all) expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, index) => index + 1));
  const requestIds = all.flat().map(({ requestId }) => requestId);
  expect(new Set(requestIds).size).toBe(requestIds.length);
  lives.forEach(({ accepted, begun }, round) => {
    expect(accepted.length).toBeGreaterThan(50);
    const own = new Set(all[round]?.map(({ requestId }) => requestId));
    expect(accepted.filter((id) => !own.has(id))).toEqual([]);
    // What was in flight stands under the successor's id; its arrival may have been within the last commit.
    const successor = new Map(all[round + 1]?.map((entry) => [entry.requestId, entry]));
    const aborted = begun.filter((id) => successor.get(id)?.errorKind === 'aborted');
    expect(aborted.length).toBeGreaterThanOrEqual(begun.length - 20);
    expect(begun.slice(0, 5).filter((id) => !successor.has(id))).toEqual([]);
  });

  expect(last.stats().depth).toBe(requestIds.length);
  await reader.close();
  await last.close();
  await rm(data, { recursive: true, force: true });
});

it('is followed by a reader of another process while it grows', async () => {
  const data = await mkdtemp(join(tmpdir(), 'spendlens-outbox-'));
  const folder = join(data, 'outbox', '0');
  const reader = createOutboxReader(join(data, 'outbox'));
  expect(await reader.outboxes()).toEqual([]);
  const child = fork(CHILD, [folder, join(data, 'ingest', 'state.json')]);
  const accepted: string[] = [];
  child.on('message', (raw) => {
    const message = told.parse(raw);
    if (message.type === 'accepted') accepted.push(message.requestId);
  });
  const seen: string[] = [];
  while (seen.length < 5_000) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    const [state] = await reader.outboxes();
    if (!state) continue;
    const page = reader.read(state.id, seen.length + 1, { entries: 10_000, bytes: 64 * 1024 * 1024 });
    seen.push(...page.map(({ encoded }) => decodeExchange(encoded).requestId));
  }
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
  const known = new Set(seen);
  expect(accepted.slice(0, 4_500).filter((id) => !known.has(id))).toEqual([]);
  await reader.close();
  await rm(data, { recursive: true, force: true });
});
