import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { SpendlensError } from '../../domain/error.ts';
import { toSupervisor } from '../../process/messages.ts';
import type { Installation } from '../installation.ts';
import { models } from '../model/models.ts';

/** The real proxy as a worker of the demo's own, whose providers are on this machine. */
export interface Worker {
  readonly url: string;
  /** Drains it: what it accepted stands in its outbox. */
  stop(): Promise<void>;
}

const SCRIPT = join(import.meta.dirname, '..', '..', 'proxy', 'main.ts');
const GRACE_MS = 12_000;

export async function startWorker({ data }: Installation, slot: string, providerUrl: string): Promise<Worker> {
  const folder = await mkdtemp(join(tmpdir(), 'spendlens-demo-'));
  const config = join(folder, 'spendlens.yaml');
  const names = new Set(Object.values(models).map(({ provider }) => provider));
  const providers = Object.fromEntries([...names].map((name) => [name, { baseUrl: providerUrl }]));
  await writeFile(config, stringify({ providers }));
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', SCRIPT], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...envOfOthers(), SPENDLENS_DATA: data, SPENDLENS_CONFIG: config, SPENDLENS_WORKER: slot },
    // A group of its own: Ctrl-C reaches the demo alone, which drains its worker.
    detached: true,
  });
  const stop = async () => {
    await end(child);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    return { url: `http://127.0.0.1:${await portOf(child)}`, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Settings of the app's own proxy, its key and port among them, are not the demo's. */
function envOfOthers(): NodeJS.ProcessEnv {
  const others = Object.entries(process.env).filter(([name]) => !name.startsWith('SPENDLENS_'));
  return { ...Object.fromEntries(others), SPENDLENS_PROXY_PORT: '0', SPENDLENS_LOG_LEVEL: 'warn' };
}

function portOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      reject(new SpendlensError('config_invalid', `the demo's proxy worker did not start (${code ?? signal})`));
    });
    child.on('message', (raw) => {
      const message = toSupervisor.safeParse(raw);
      if (message.success && message.data.type === 'ready' && message.data.port !== null) resolve(message.data.port);
    });
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit').then(() => true);
  child.kill('SIGTERM');
  if (await Promise.race([gone, sleep(GRACE_MS, false, { ref: false })])) return;
  child.kill('SIGKILL');
  await gone;
}
