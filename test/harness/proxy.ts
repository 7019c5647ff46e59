import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeExchange, type Exchange } from '../../domain/exchange.ts';
import { toSupervisor } from '../../process/messages.ts';
import { createOutboxReader } from '../../proxy/outbox/reader.ts';
import { until } from './stack.ts';

const main = join(import.meta.dirname, '..', '..', 'proxy', 'main.ts');

/** A proxy worker in a process of its own, on a temporary data folder and a free port. */
export interface TestProxy {
  readonly url: string;
  readonly port: number;
  readonly folder: string;
  readonly child: ChildProcess;
  /** Waits until so many exchanges are accepted and gives all of them, oldest first. */
  exchanges(count: number): Promise<Exchange[]>;
  /** The one exchange with this request id, once it is there. */
  exchange(requestId: string): Promise<Exchange>;
  /** Every byte that stands in the outbox's files. */
  bytesOnDisk(): Buffer;
  /** Exit code, or the signal's name, after SIGTERM. */
  stop(): Promise<number | string | null>;
  remove(): void;
}

export interface TestProxyOptions {
  /** Text of spendlens.yaml. */
  readonly config?: string;
  readonly env?: Record<string, string>;
}

/** @throws with what the process printed, where it does not start. */
export async function startTestProxy(options: TestProxyOptions = {}): Promise<TestProxy> {
  const folder = mkdtempSync(join(tmpdir(), 'spendlens-proxy-'));
  const config = join(folder, 'spendlens.yaml');
  writeFileSync(config, options.config ?? '');
  const child = fork(main, {
    env: {
      PATH: process.env['PATH'],
      SPENDLENS_DATA: folder,
      SPENDLENS_CONFIG: config,
      SPENDLENS_PROXY_PORT: '0',
      SPENDLENS_LOG_LEVEL: 'warn',
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let printed = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    printed += chunk.toString();
  });
  const exited = once(child, 'exit');
  const ready = once(child, 'message').then(([message]) => toSupervisor.parse(message));
  const first = await Promise.race([ready, exited]);
  if (Array.isArray(first) || first.type !== 'ready' || first.port === null) {
    rmSync(folder, { recursive: true, force: true });
    throw new Error(`exit ${child.exitCode}: ${printed}`);
  }
  const outboxes = join(folder, 'outbox');

  async function readAll(): Promise<Exchange[]> {
    const reader = createOutboxReader(outboxes);
    try {
      const states = await reader.outboxes();
      const all = { entries: 1_000_000, bytes: Number.MAX_SAFE_INTEGER };
      return states
        .filter(({ firstSeq }) => firstSeq !== null)
        .flatMap(({ id, firstSeq }) => reader.read(id, firstSeq ?? 1, all))
        .map(({ encoded }) => decodeExchange(encoded));
    } finally {
      await reader.close();
    }
  }

  async function exchanges(count: number): Promise<Exchange[]> {
    let found: Exchange[] = [];
    const reached = await until(async () => {
      found = await readAll();
      return found.length >= count;
    });
    if (!reached) throw new Error(`waited for ${count} exchanges, found ${found.length}\n${printed}`);
    return found;
  }

  return {
    url: `http://127.0.0.1:${first.port}`,
    port: first.port,
    folder,
    child,
    exchanges,
    async exchange(requestId) {
      let found: Exchange | undefined;
      await until(async () => {
        found = (await readAll()).find((exchange) => exchange.requestId === requestId);
        return found !== undefined;
      });
      if (!found) throw new Error(`no exchange ${requestId} in the outbox\n${printed}`);
      return found;
    },
    bytesOnDisk() {
      const slot = join(outboxes, '0');
      return Buffer.concat(readdirSync(slot).map((name) => readFileSync(join(slot, name))));
    },
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGTERM');
        await exited;
      }
      return child.exitCode ?? child.signalCode;
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
