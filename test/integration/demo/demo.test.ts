import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Warehouse } from '../../../clickhouse/client.ts';
import { askCompleteness } from '../../../clickhouse/query/completeness.ts';
import { runDemo } from '../../../demo/demo.ts';
import { exchangeOf, skeletonOf } from '../../../demo/history/exchange.ts';
import { createTraffic } from '../../../demo/model/traffic.ts';
import { removeDemoRows } from '../../../demo/removal.ts';
import type { ExchangeKind } from '../../../domain/exchange.ts';
import { createLog } from '../../../process/log.ts';
import { takeSocketLock } from '../../../process/socket-lock.ts';
import { openOutbox } from '../../../proxy/outbox/open-outbox.ts';
import { type Core, startCore } from '../../harness/core.ts';

let core: Core;

beforeAll(async () => {
  core = await startCore();
});
afterAll(() => core.stop());

/** Runs the command in this process. */
async function demo(...args: string[]): Promise<{ code: number; out: string; errors: string }> {
  let out = '';
  let errors = '';
  const code = await runDemo(args, core.env, { write: (text) => (out += text) }, { write: (text) => (errors += text) });
  return { code, out, errors };
}

async function count(condition: string, table = 'requests'): Promise<number> {
  const text = `SELECT count() AS n FROM spendlens.${table} WHERE ${condition}`;
  const [row] = await core.warehouse.rows(z.object({ n: z.coerce.number() }), { text, params: {} });
  return row?.n ?? 0;
}

const isComplete = async () => (await askCompleteness(core.warehouse)).complete;
const demoFolders = async () => (await readdir(join(core.data, 'outbox'))).filter((name) => name.startsWith('demo'));

/** Traffic of an app and of a demo that share a proxy worker, taken in by ingest. */
async function recordMixed(requests: number): Promise<void> {
  const outbox = await openOutbox({
    folder: join(core.data, 'outbox', 'mixed'),
    acknowledgementPath: join(core.data, 'ingest', 'state.json'),
    log: createLog('test', 'warn'),
    pollMs: 50,
  });
  const to = Date.now();
  const calls = createTraffic({ seed: randomUUID(), span: { from: to - 3_600_000, to }, requests, eventful: false });
  let index = 0;
  for (const call of calls) {
    const kind: ExchangeKind = index++ % 2 === 0 ? 'app' : 'demo';
    const exchange = { ...exchangeOf(call), kind };
    await outbox.end(outbox.begin(skeletonOf(exchange)), exchange);
  }
  await expect.poll(() => outbox.stats().depth).toBe(0);
  await outbox.close();
}

/** Runs the command as a process of its own and waits until it has printed `text`. */
async function spawnDemo(args: readonly string[], text: RegExp): Promise<{ child: ChildProcess; output(): string }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../../../bin/demo.ts'), ...args], {
    env: { ...process.env, ...core.env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => {
    printed += chunk.toString();
  });
  await expect.poll(() => printed).toMatch(text);
  return { child, output: () => printed };
}

describe('the demo', () => {
  it('fills history through outbox and ingest, and takes it out again', async () => {
    const filled = await demo('--days', '30', '--requests', '500');
    expect(filled).toMatchObject({ code: 0, errors: '' });
    expect(filled.out).toContain('500 demo requests over 30 days stand in the warehouse');
    expect(await count(`kind = 'demo'`)).toBe(500);
    expect(await count('true', 'bodies')).toBe(500);
    expect(await count('true', 'dead_letters')).toBe(0);
    expect(await count(`created_at < now() - INTERVAL 15 DAY`)).toBeGreaterThan(100);
    expect(await count(`cost_status = 'exact' AND cost_usd > 0`)).toBeGreaterThan(400);
    expect(await count(`cost_status = 'unpriced' AND provider != 'vllm'`)).toBe(0);
    expect(await isComplete()).toBe(true);
    expect(await demoFolders()).toEqual([]);

    expect(await demo('--remove')).toMatchObject({
      code: 0,
      out: expect.stringContaining('Removed 500 demo requests.'),
    });
    expect(await count('true')).toBe(0);
    expect(await count('true', 'bodies')).toBe(0);
    expect(await isComplete()).toBe(true);
    expect(await demo('--remove')).toMatchObject({ code: 0, out: 'There are no demo rows.\n' });
  });

  it('takes out demo rows alone', async () => {
    await recordMixed(60);
    expect(await demo('--remove')).toMatchObject({
      code: 0,
      out: expect.stringContaining('Removed 30 demo requests.'),
    });
    expect(await count(`kind = 'app'`)).toBe(30);
    expect(await count(`kind = 'demo'`)).toBe(0);
    expect(await count('true', 'bodies')).toBe(30);
    expect(await isComplete()).toBe(true);
  });

  it.each(['ALTER TABLE spendlens.bodies', 'ALTER TABLE spendlens.attempts', 'spendlens.removals'])(
    'finishes a removal that died before: %s',
    async (step) => {
      await recordMixed(20);
      const before = await count(`kind = 'app'`);
      const died = new Error('died');
      const dying: Warehouse = {
        ...core.warehouse,
        run: (text, params) => (text.startsWith(step) ? Promise.reject(died) : core.warehouse.run(text, params)),
        insert: (table, rows, token) =>
          table === step ? Promise.reject(died) : core.warehouse.insert(table, rows, token),
      };
      await expect(removeDemoRows(dying, core.data, () => undefined)).rejects.toBe(died);
      // More of them came before anybody tried again.
      await recordMixed(10);
      expect(await demo('--remove')).toMatchObject({
        code: 0,
        out: expect.stringContaining('Removed 15 demo requests.'),
      });
      expect(await count(`kind = 'demo'`)).toBe(0);
      expect(await count(`kind = 'app'`)).toBe(before + 5);
      expect(await isComplete()).toBe(true);
    },
  );

  it('ends in order on Ctrl-C: what is written is taken in', async () => {
    const { child, output } = await spawnDemo(['--requests', '200000'], /written/);
    await expect.poll(() => count(`kind = 'demo'`)).toBeGreaterThan(400);
    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([0, null]);
    const written = Number(/([\d,]+) demo requests over/.exec(output())?.[1]?.replaceAll(',', ''));
    expect(written).toBeLessThan(200_000);
    expect(await count(`kind = 'demo'`)).toBe(written);
    expect(await isComplete()).toBe(true);
    expect(await demoFolders()).toEqual([]);
  });

  it('takes in what a killed demo left before it removes, and clears up after it', async () => {
    const { child } = await spawnDemo(['--requests', '200000'], /written/);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await demoFolders()).toHaveLength(1);
    expect(await demo('--remove')).toMatchObject({ code: 0 });
    expect(await count(`kind = 'demo'`)).toBe(0);
    expect(await isComplete()).toBe(true);
    expect(await demoFolders()).toEqual([]);
  });

  it('sends live traffic through a proxy worker of its own', async () => {
    const live = await demo('--minutes', '0.15', '--rate', '12');
    expect(live).toMatchObject({ code: 0, errors: '' });
    expect(live.out).toMatch(/Done: \d+ answered.*All of it stands in the warehouse/);
    /* 0.15 min × 60 s × 12/s */
    expect(await count(`kind = 'demo'`)).toBe(108);
    expect(
      await count(`kind = 'demo' AND user_id != '' AND feature != '' AND properties['plan'] != ''`),
    ).toBeGreaterThan(80);
    expect(await count(`kind = 'demo' AND streamed AND ttft_ms < latency_ms AND cost_usd > 0`)).toBeGreaterThan(10);
    expect(await isComplete()).toBe(true);
    expect(await demoFolders()).toEqual([]);
  });

  it('runs once at a time', async () => {
    const lock = await takeSocketLock(core.data, 'demo');
    expect(await demo('--remove')).toMatchObject({ code: 1, errors: expect.stringContaining('a demo runs on') });
    await lock?.release();
  });

  it('says so where Spendlens does not run', async () => {
    const nowhere = await mkdtemp(join(tmpdir(), 'spendlens-nowhere-'));
    let errors = '';
    const write = (text: string) => (errors += text);
    expect(await runDemo(['--remove'], { SPENDLENS_DATA: nowhere }, { write }, { write })).toBe(1);
    expect(errors).toBe(
      `spendlens demo: Spendlens is not running on ${nowhere}. Start it with \`npm start\` in another terminal.\n`,
    );
    await rm(nowhere, { recursive: true });
  });

  it('refuses bad arguments', async () => {
    expect(await demo('--days', 'x')).toMatchObject({ code: 2, errors: expect.stringContaining('--days: expected') });
  });
});
