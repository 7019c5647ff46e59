import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toSupervisor } from '../../process/messages.ts';

export interface TestUser {
  readonly username: string;
  readonly password: string;
}

export interface TestWarehouse {
  readonly url: string;
  readonly folder: string;
  readonly users: { readonly ingest: TestUser; readonly dashboard: TestUser; readonly reader: TestUser };
  readonly pid: number;
  /** As a crash would: nothing is drained; the folder stays. */
  kill(): Promise<void>;
  /** Stops it in order; a folder of its own is removed. */
  stop(): Promise<void>;
}

const MAIN = new URL('../../clickhouse/embedded/main.ts', import.meta.url);
const PASSWORDS = { ingest: 'ingest-password', dashboard: 'dashboard-password', reader: 'reader-password' };

/** The real warehouse as a child process on a free port. `folder` is what SPENDLENS_DATA would name. */
export async function startWarehouse(
  options: { folder?: string; port?: number; passwords?: typeof PASSWORDS } = {},
): Promise<TestWarehouse> {
  const passwords = options.passwords ?? PASSWORDS;
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'spendlens-warehouse-')));
  const child = fork(MAIN, [], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: {
      ...process.env,
      SPENDLENS_DATA: folder,
      SPENDLENS_CLICKHOUSE_PORT: String(options.port ?? 0),
      SPENDLENS_INGEST_PASSWORD: passwords.ingest,
      SPENDLENS_DASHBOARD_PASSWORD: passwords.dashboard,
      SPENDLENS_READER_PASSWORD: passwords.reader,
      SPENDLENS_LOG_LEVEL: process.env['SPENDLENS_LOG_LEVEL'] ?? 'warn',
    },
  });
  const port = await ready(child);
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  };
  return {
    url: `http://127.0.0.1:${port}`,
    folder,
    users: {
      ingest: { username: 'spendlens_ingest', password: passwords.ingest },
      dashboard: { username: 'spendlens_dashboard', password: passwords.dashboard },
      reader: { username: 'spendlens_read', password: passwords.reader },
    },
    pid: child.pid ?? 0,
    kill: () => end('SIGKILL'),
    async stop() {
      await end('SIGTERM');
      if (options.folder === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

function ready(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code, signal) => reject(new Error(`the warehouse exited at start: ${code ?? signal}`)));
    child.on('message', (raw) => {
      const message = toSupervisor.safeParse(raw);
      if (message.success && message.data.type === 'ready') resolve(message.data.port ?? 0);
    });
  });
}
