import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { z } from 'zod';
import type { Warehouse } from '../../clickhouse/client.ts';
import { askCompleteness } from '../../clickhouse/query/completeness.ts';
import { type Run, type Scenario, topicOf } from './scenario.ts';

const REPLAY = join(import.meta.dirname, '..', '..', 'bin', 'replay.ts');

const SLICES = 5;
const sliceRow = z.object({ slice_id: z.string() });

/** A third of everything, as a botched restore or a hasty hand would leave it; Kafka still has them. */
export const rowsDeleted: Scenario = {
  name: 'rows deleted behind its back, brought back by replay',
  modes: ['kafka'],
  mayLose: 'nothing',
  short: ['kafka'],
  takes: { full: 25, short: 22 },
  async strike(run) {
    const { warehouse } = run.installation;
    const from = run.ledger.entries[0]?.sentAt ?? 0;
    await run.awaited(async () => (await slicesOf(warehouse)).length >= SLICES, `${SLICES} slices`);
    for (const table of ['attempts', 'bodies']) {
      await remove(warehouse, table, 'cityHash64(request_id) % 3 = 0', {});
    }
    // The newest one stays: what lies behind the last slice counts as under way.
    const ids = (await slicesOf(warehouse)).slice(0, -1).filter((_, index) => index % 3 === 0);
    await remove(warehouse, 'slices', 'slice_id IN {ids:Array(String)}', { ids });
    if ((await askCompleteness(warehouse)).complete) throw new Error('rows were deleted and completeness says nothing');
    await replay(run, from);
  },
};

async function slicesOf(warehouse: Warehouse): Promise<string[]> {
  const text = 'SELECT slice_id FROM spendlens.slices ORDER BY inserted_at, first_seq';
  const rows = await warehouse.rows(sliceRow, { text, params: {} });
  return rows.map(({ slice_id }) => slice_id);
}

function remove(warehouse: Warehouse, table: string, where: string, params: Record<string, unknown>): Promise<void> {
  return warehouse.run(`ALTER TABLE spendlens.${table} DELETE WHERE ${where} SETTINGS mutations_sync = 1`, params);
}

async function replay(run: Run, fromMs: number): Promise<void> {
  const env = {
    ...process.env,
    ...topicOf(run).environment,
    SPENDLENS_DATA: run.installation.stack.folder,
    SPENDLENS_CONFIG: join(run.installation.stack.folder, 'spendlens.yaml'),
  };
  const args = [REPLAY, '--from', new Date(fromMs - 60_000).toISOString()];
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  const collect = (chunk: Buffer) => {
    printed += chunk.toString();
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`npm run replay ended with ${code}:\n${printed}`);
}
