import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createWarehouse, type Warehouse } from '../../clickhouse/client.ts';
import { findInstallation } from '../../demo/installation.ts';
import { statusAnswer } from '../../domain/api.ts';
import type { Broker } from '../harness/broker.ts';
import { type Stack, startStack, until } from '../harness/stack.ts';
import { armedPath, type Strike, struckPath } from './inside/armed.ts';
import type { Ledger } from './ledger.ts';
import type { Mode } from './mode.ts';
import type { FaultTopic } from './topic.ts';

export type Role = 'proxy' | 'forwarder' | 'ingest' | 'warehouse' | 'dashboard' | 'broker';

/** A running Spendlens, and the ways to hurt it. */
export interface Installation {
  readonly mode: Mode;
  readonly stack: Stack;
  /** Null where there is no Kafka. */
  readonly topic: FaultTopic | null;
  /** With ingest's credentials. */
  readonly warehouse: Warehouse;
  /** What was done to it, and how often. */
  readonly hurts: ReadonlyMap<string, number>;
  /** Whose processes there are. */
  readonly roles: readonly Role[];
  /** The file that tells the proxies what they may give up. */
  readonly acknowledgementPath: string;
  /** Of the role's process, as soon as it runs. */
  awaitRunning(role: Role): Promise<number>;
  awaitDeath(pid: number): Promise<void>;
  /** @throws where the supervisor died */
  assertRunning(): void;
  /** `kill -9`, and waits until it is gone. */
  kill(role: Role): Promise<void>;
  /** Stops it as a debugger would and lets it go on after `forMs`. */
  freeze(role: Role, forMs: number): Promise<void>;
  /** Waits until the role has got to that line and was struck there. */
  strikeAt(role: Role, point: string, strike?: Partial<Strike>): Promise<void>;
  /** Everything that was accepted stands in the warehouse. @throws where the supervisor died */
  isDrained(): Promise<boolean>;
  stop(): Promise<void>;
}

interface InstallationOptions {
  readonly mode: Mode;
  readonly folder: string;
  readonly upstream: string;
  readonly ledger: Ledger;
  readonly topic: FaultTopic | null;
  readonly environment: Readonly<Record<string, string>>;
}

const PRELOAD = new URL('./inside/preload.ts', import.meta.url);
const embeddedRoles = ['proxy', 'ingest', 'warehouse', 'dashboard'] as const;
const kafkaRoles = [...embeddedRoles, 'forwarder', 'broker'] as const;
/** A broker has no supervisor here: it is started again by hand, after a while. */
const BROKER_DOWN_MS = 3_000;
const STRIKE_WITHIN_MS = 60_000;

export async function startInstallation(options: InstallationOptions): Promise<Installation> {
  const { mode, folder, upstream, ledger, topic, environment } = options;
  const stack = await startStack({
    folder,
    config: `providers:\n  openai: { baseUrl: '${upstream}' }\n`,
    env: { NODE_OPTIONS: `--import=${PRELOAD.href}`, ...topic?.environment, ...environment },
  });
  const { warehouse: access, acknowledgementPath } = await findInstallation({ SPENDLENS_DATA: folder });
  const warehouse = createWarehouse(access);

  const hurts = new Map<string, number>();
  const hurt = (what: string) => hurts.set(what, (hurts.get(what) ?? 0) + 1);

  async function awaitRunning(role: Role): Promise<number> {
    if (role === 'broker') return brokerOf(topic).pid();
    await until(() => runningPid(stack, role) !== null, STRIKE_WITHIN_MS);
    const pid = runningPid(stack, role);
    if (pid === null) throw new Error(`${role} did not run within ${STRIKE_WITHIN_MS / 1000} s`);
    return pid;
  }

  async function awaitDeath(pid: number): Promise<void> {
    const died = await until(() => !isAlive(pid), STRIKE_WITHIN_MS);
    if (!died) throw new Error(`process ${pid} was to be dead and is not`);
  }

  function assertRunning(): void {
    if (stack.process.exitCode !== null || stack.process.signalCode !== null) throw new Error('the supervisor died');
  }

  return {
    mode,
    stack,
    warehouse,
    hurts,
    topic,
    roles: topic === null ? embeddedRoles : kafkaRoles,
    acknowledgementPath,
    awaitRunning,
    awaitDeath,
    assertRunning,
    async kill(role) {
      const target = await awaitRunning(role);
      process.kill(target, 'SIGKILL');
      hurt(`${role} killed`);
      if (role === 'proxy') ledger.proxyKilledAt.push(Date.now());
      await awaitDeath(target);
      if (role === 'broker') await startAgain(brokerOf(topic));
    },
    async freeze(role, forMs) {
      const target = await awaitRunning(role);
      process.kill(target, 'SIGSTOP');
      hurt(`${role} stopped`);
      await sleep(forMs);
      process.kill(target, 'SIGCONT');
      if (role === 'proxy') ledger.proxyResumedAt.push(Date.now());
    },
    async strikeAt(role, point, strike = {}) {
      const armed = armedPath(folder, role, point);
      const order: Strike = { pid: null, signal: 'SIGKILL', delayMs: 0, ...strike };
      writeFileSync(`${armed}.tmp`, JSON.stringify(order));
      renameSync(`${armed}.tmp`, armed);
      const struck = await until(() => !existsSync(armed), STRIKE_WITHIN_MS);
      if (!struck) throw new Error(`${role} did not get to "${point}" within ${STRIKE_WITHIN_MS / 1000} s`);
      hurt(`${role} struck at ${point}`);
      renameSync(struckPath(folder, role, point), join(folder, `struck-${role}-${point}-${Date.now()}`));
    },
    async isDrained() {
      assertRunning();
      const answer = await stack.api('GET', '/api/status').catch(() => null);
      const status = statusAnswer.safeParse(answer).data;
      if (status?.warehouse.reachable !== true || status.health.waiting !== 0) return false;
      return topic === null || (await topic.lag().catch(() => 1)) === 0;
    },
    async stop() {
      await warehouse.close();
      await stack.stop();
    },
  };
}

function brokerOf(topic: FaultTopic | null): Broker {
  if (topic === null) throw new Error('there is no broker without Kafka');
  return topic.broker;
}

async function startAgain(broker: Broker): Promise<void> {
  await sleep(BROKER_DOWN_MS);
  await broker.kill();
  await broker.start();
}

function runningPid(stack: Stack, role: Exclude<Role, 'broker'>): number | null {
  const { pids } = stack.endpoints();
  const pid = role === 'proxy' ? pids.proxy[0] : pids[role];
  return typeof pid === 'number' && isAlive(pid) ? pid : null;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
