import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createWarehouse, type Warehouse } from '../../clickhouse/client.ts';
import { migrate } from '../../clickhouse/migrate.ts';
import type { Endpoints } from '../../domain/endpoints.ts';
import { toSupervisor } from '../../process/messages.ts';
import { takeSocketLock } from '../../process/socket-lock.ts';
import { startWarehouse } from './warehouse.ts';

/** The event path alone, as real processes on a data folder of their own: outboxes, ingest, warehouse. */
export interface Core {
  readonly data: string;
  readonly warehouse: Warehouse;
  /** What a command finds in its environment. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

export async function startCore(): Promise<Core> {
  const data = await mkdtemp(join(tmpdir(), 'spendlens-core-'));
  const lock = await takeSocketLock(data, 'supervisor');
  const engine = await startWarehouse({ folder: data });
  const { username, password } = engine.users.ingest;
  const warehouse = createWarehouse({ url: engine.url, user: username, password });
  await migrate(warehouse);
  const ingest = await startIngest({
    SPENDLENS_DATA: data,
    CLICKHOUSE_URL: engine.url,
    CLICKHOUSE_USER: username,
    CLICKHOUSE_PASSWORD: password,
  });
  await writeFile(join(data, 'secrets.json'), JSON.stringify({ ingestPassword: password }));
  await writeFile(join(data, 'endpoints.json'), JSON.stringify(endpointsOf(engine.url, engine.pid, ingest)));
  return {
    data,
    warehouse,
    env: { SPENDLENS_DATA: data },
    async stop() {
      await end(ingest);
      await warehouse.close();
      await engine.stop();
      await lock?.release();
      await rm(data, { recursive: true, force: true });
    },
  };
}

async function startIngest(env: Record<string, string>): Promise<ChildProcess> {
  const child = fork(new URL('../../ingest/main.ts', import.meta.url), [], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, SPENDLENS_LOG_LEVEL: 'warn', ...env },
  });
  await new Promise<void>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`ingest exited at start: ${code}`)));
    child.on('message', (raw) => {
      const message = toSupervisor.safeParse(raw);
      if (message.success && message.data.type === 'ready') resolve();
    });
  });
  return child;
}

function endpointsOf(clickhouse: string, warehouse: number, ingest: ChildProcess): Endpoints {
  const nowhere = 'http://127.0.0.1:9';
  return {
    proxy: nowhere,
    dashboard: nowhere,
    token: 'token',
    clickhouse,
    reader: { user: 'spendlens_read', password: 'reader-password' },
    pids: { supervisor: process.pid, proxy: [], ingest: ingest.pid ?? null, warehouse, dashboard: null },
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  await gone;
}
