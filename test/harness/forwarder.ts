import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import type { Exchange } from '../../domain/exchange.ts';
import { readForwarderConfig } from '../../proxy/forwarder/config.ts';
import type { ForwardPoint } from '../../proxy/forwarder/outbox-queue.ts';
import { type RunningForwarder, startForwarder } from '../../proxy/forwarder/start.ts';
import { acknowledgementPath } from '../../proxy/outbox/acknowledgement.ts';
import { openOutbox } from '../../proxy/outbox/open-outbox.ts';
import type { Outbox } from '../../proxy/outbox/outbox.ts';
import { skeletonOf } from './exchanges.ts';
import { quietLog } from './ingest.ts';

const CHILD = new URL('./forwarder-child.ts', import.meta.url);

/** A data folder with outboxes whose entries are trimmed when the forwarder says so. */
export interface TestMachine {
  readonly data: string;
  open(slot?: number): Promise<Outbox>;
  send(outbox: Outbox, exchange: Exchange): Promise<boolean>;
  mark(outbox: Outbox): Promise<number>;
  remove(): Promise<void>;
}

export async function makeMachine(): Promise<TestMachine> {
  const data = await mkdtemp(join(tmpdir(), 'spendlens-forwarder-'));
  const path = acknowledgementPath(data, true);
  const opened = new Set<Outbox>();
  return {
    data,
    async open(slot = 0) {
      const folder = join(data, 'outbox', String(slot));
      const outbox = await openOutbox({ folder, acknowledgementPath: path, log: quietLog, pollMs: 50 });
      opened.add(outbox);
      return { ...outbox, close: () => (opened.delete(outbox) ? outbox.close() : Promise.resolve()) };
    },
    send: (outbox, exchange) => outbox.end(outbox.begin(skeletonOf(exchange)), exchange),
    async mark({ id }) {
      const text = await readFile(path, 'utf8').catch(() => '{}');
      return JSON.parse(text).marks?.[id] ?? 0;
    },
    async remove() {
      await Promise.all([...opened].map((outbox) => outbox.close()));
      await rm(data, { recursive: true, force: true });
    },
  };
}

type Env = Readonly<Record<string, string>>;

export interface TestForwarder extends RunningForwarder {
  readonly registry: Registry;
  /** What it logged, from `warn` on. */
  readonly warnings: string[];
}

export async function runForwarder(data: string, env: Env): Promise<TestForwarder> {
  const registry = new Registry();
  const warnings: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => void warnings.push(JSON.parse(line).msg) });
  const config = readForwarderConfig({ ...env, SPENDLENS_DATA: data });
  return { ...(await startForwarder({ config, log, registry })), registry, warnings };
}

/** A process of its own, which dies of its own `kill -9` at that point. */
export async function forwardUntilDeath(data: string, env: Env, at: ForwardPoint): Promise<void> {
  const child = fork(CHILD, [at], { env: { ...process.env, ...env, SPENDLENS_DATA: data }, stdio: 'inherit' });
  const [, signal] = await once(child, 'exit');
  if (signal !== 'SIGKILL') throw new Error(`the forwarder was to be killed and ended with ${signal}`);
}
