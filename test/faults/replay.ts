import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { askCompleteness } from '../../clickhouse/query/completeness.ts';
import { type Run, type Scenario, topicOf } from './scenario.ts';

const REPLAY = join(import.meta.dirname, '..', '..', 'bin', 'replay.ts');

const TABLES = [
  ['attempts', 'request_id'],
  ['bodies', 'request_id'],
  ['slices', 'slice_id'],
] as const;

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
    for (const [table, key] of TABLES) {
      await warehouse.run(`ALTER TABLE spendlens.${table} DELETE WHERE cityHash64(${key}) % 3 = 0
        SETTINGS mutations_sync = 1`);
    }
    if ((await askCompleteness(warehouse)).complete) throw new Error('rows were deleted and completeness says nothing');
    await replay(run, from);
  },
};

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
