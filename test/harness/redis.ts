import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from 'redis';
import { until } from './stack.ts';

/** A real Redis of its own, on a free port. */
export interface TestRedis {
  readonly url: string;
  stop(): Promise<void>;
}

/** Why there can be no Redis here, null where there can. Throws where CI=true: a proof that is skipped proves nothing. */
export function redisMissing(): string | null {
  if (spawnSync('redis-server', ['--version']).status === 0) return null;
  const text = 'no redis-server on this machine (Debian: apt-get install redis-server)';
  if (process.env['CI'] === 'true') throw new Error(text);
  process.stderr.write(`skipped, ${text}\n`);
  return text;
}

/** @throws where no redis-server is on this machine. */
export async function startRedis(): Promise<TestRedis> {
  const folder = mkdtempSync(join(tmpdir(), 'spendlens-redis-'));
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  const child = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder], {
    stdio: 'ignore',
  });
  await once(child, 'spawn');
  if (!(await until(() => answers(url)))) throw new Error('redis-server did not answer');
  return {
    url,
    async stop() {
      await ended(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function answers(url: string): Promise<boolean> {
  const client = createClient({ url, socket: { reconnectStrategy: false } });
  client.on('error', () => {});
  try {
    await client.connect();
    return (await client.ping()) === 'PONG';
  } catch {
    return false;
  } finally {
    if (client.isOpen) client.destroy();
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
