import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { decodeExchange } from '../../../domain/exchange.ts';
import { openOutbox } from '../../../proxy/outbox/open-outbox.ts';
import { createOutboxReader, type OutboxReader } from '../../../proxy/outbox/reader.ts';
import { quietLog } from '../../harness/ingest.ts';
import { until } from '../../harness/stack.ts';

const CHILD = new URL('../../harness/outbox-child.ts', import.meta.url);
const ROUNDS = 5;

const told = z.discriminatedUnion('type', [
  z.object({ type: z.literal('open'), id: z.string() }),
  z.object({ type: z.literal('accepted'), requestId: z.string(), n: z.number() }),
  z.object({ type: z.literal('begun'), requestId: z.string(), n: z.number() }),
]);

/** `n` is its place among those that began. */
interface Told {
  readonly requestId: string;
  readonly n: number;
}

interface Life {
  readonly id: string;
  readonly accepted: Told[];
  readonly begun: Told[];
}

/** One owner's life: it records until it is killed in the middle of it. */
async function live(folder: string, acknowledgementPath: string, ms: number): Promise<Life> {
  const child = fork(CHILD, [folder, acknowledgementPath]);
  const life = { id: '', accepted: [] as Told[], begun: [] as Told[] };
  const opened = new Promise<void>((resolve) => {
    child.on('message', (raw) => {
      const message = told.parse(raw);
      if (message.type !== 'open') {
        life[message.type].push(message);
        return;
      }
      life.id = message.id;
      resolve();
    });
  });
  await opened;
  await until(() => life.accepted.length > 50);
  await sleep(ms);
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
  // It does not wait for the disk before it opens.
  await expect.poll(() => last.stats().waitingBytes).toBe(0);
  const reader = createOutboxReader(join(data, 'outbox'));
  const ids = [...lives.map(({ id }) => id), last.id];
  const all = await Promise.all(ids.map((id) => readAll(reader, id)));

  for (const entries of all) expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, index) => index + 1));
  const requestIds = all.flat().map(({ requestId }) => requestId);
  expect(new Set(requestIds).size).toBe(requestIds.length);
  lives.forEach(({ accepted, begun }, round) => {
    const own = new Set(all[round]?.map(({ requestId }) => requestId));
    expect(accepted.filter(({ requestId }) => !own.has(requestId))).toEqual([]);
    // What was in flight stands under a successor's id, but for what arrived after all that a commit took.
    const later = new Map(all.slice(round + 1).flatMap((entries) => entries.map((entry) => [entry.requestId, entry])));
    const committed = Math.max(...accepted.map(({ n }) => n));
    const noted = begun.filter(({ n }) => n < committed);
    expect(noted.length).toBeGreaterThan(5);
    expect(noted.filter(({ requestId }) => later.get(requestId)?.errorKind !== 'aborted')).toEqual([]);
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
    await sleep(5);
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
