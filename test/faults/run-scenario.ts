import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { createRandom, type Random } from '../../demo/model/random.ts';
import type { Broker } from '../harness/broker.ts';
import { until } from '../harness/stack.ts';
import { holdAgainst, type Verdict } from './check.ts';
import { type Installation, startInstallation } from './installation.ts';
import { createLedger, type Ledger } from './ledger.ts';
import type { Mode } from './mode.ts';
import { startProvider } from './provider.ts';
import type { Run, Scenario } from './scenario.ts';
import { type Sender, startSender } from './sender.ts';
import { openFaultTopic } from './topic.ts';

export interface Trial {
  /** Of all scenarios in Kafka mode. */
  readonly broker: Broker | null;
  readonly scenario: Scenario;
  readonly mode: Mode;
  readonly seed: string;
  readonly short: boolean;
}

export interface Outcome {
  readonly trial: Trial;
  /** Null where it did not come to be checked. */
  readonly verdict: Verdict | null;
  /** From the end of the fault until the row of a call made after it was visible; null where none became so. */
  readonly recoveredMs: number | null;
  readonly tookMs: number;
  readonly faults: readonly string[];
  /** What was done, and how often. */
  readonly hurts: ReadonlyMap<string, number>;
  /** What the installation printed, where something is wrong. */
  readonly output: string;
}

const PER_SECOND = 150;
const RECOVERY_LIMIT_MS = 120_000;
const DRAIN_LIMIT_MS = 120_000;
const GO_ON_MS = 500;
const PROBES = 300;

/** Runs one scenario in an installation of its own, from its start to its removal. */
export async function runScenario(trial: Trial): Promise<Outcome> {
  const { scenario, mode, seed } = trial;
  const startedAt = Date.now();
  const drawn = (what: string) => createRandom(seed, scenario.name, mode, what);
  const folder = await mkdtemp(join(tmpdir(), 'spendlens-fault-'));
  const ledger = createLedger();
  const stack = new AsyncDisposableStack();
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  let installation: Installation | undefined;
  const faults: string[] = [];
  let recoveredMs: number | null = null;
  let verdict: Verdict | null = null;
  try {
    if (scenario.prepare) stack.defer(await scenario.prepare(folder));
    const provider = await startProvider();
    stack.defer(() => provider.close());
    const environment = scenario.environment ?? {};
    const topic = trial.broker && (await openFaultTopic(trial.broker, scenario.throughRelay ?? false));
    if (topic) stack.defer(topic.close);
    installation = await startInstallation({ mode, folder, upstream: provider.url, ledger, topic, environment });
    stack.defer(installation.stop);
    const { proxy } = installation.stack.endpoints();
    const sender = startSender({ proxy, ledger, random: drawn('sender'), perSecond: PER_SECOND });
    const run: Run = {
      installation,
      ledger,
      random: drawn('fault'),
      length: ({ full, short }) => (trial.short ? short : full),
      awaited,
    };
    recoveredMs = await sendThrough(run, scenario, sender);
    if (recoveredMs === null) faults.push(`no new row within ${RECOVERY_LIMIT_MS / 1000} s of the fault's end`);
    if (!(await until(installation.isDrained, DRAIN_LIMIT_MS))) {
      faults.push(`what was accepted did not reach the warehouse within ${DRAIN_LIMIT_MS / 1000} s`);
    }
    verdict = await holdAgainst(installation, ledger, scenario.mayLose);
    faults.push(...verdict.faults);
    await scenario.afterwards?.(run);
  } catch (error) {
    faults.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  const output = installation?.stack.output() ?? '';
  const hurts = installation?.hurts ?? new Map();
  await stack.disposeAsync().catch((error: unknown) => faults.push(`could not be taken down: ${String(error)}`));
  return { trial, verdict, recoveredMs, tookMs: Date.now() - startedAt, faults, hurts, output };
}

async function awaited(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  if (!(await until(condition, 60_000))) throw new Error(`waited a minute for ${what}`);
}

/** Traffic before, during and after the fault; returns how long the rows took to come again. */
async function sendThrough(run: Run, scenario: Scenario, sender: Sender): Promise<number | null> {
  try {
    await sleep(warmUpMs(run.random));
    await scenario.strike(run);
    const endedAt = Date.now();
    const recovered = await awaitNewRow(run.installation, run.ledger, endedAt);
    await sleep(GO_ON_MS);
    return recovered;
  } finally {
    await sender.stop();
  }
}

const warmUpMs = (random: Random) => random.whole(1_000, 2_500);

const visible = z.object({ n: z.coerce.number() });

async function awaitNewRow(
  { warehouse, assertRunning }: Installation,
  ledger: Ledger,
  since: number,
): Promise<number | null> {
  const isVisible = async () => {
    assertRunning();
    // Any of the first ones: right after a full disk some are still given up.
    const ids = ledger.entries.flatMap(({ id, sentAt, completeAt }) => (sentAt >= since && completeAt ? [id] : []));
    // The warehouse may be what has to recover.
    const rows = await warehouse
      .rows(visible, {
        text: 'SELECT count() AS n FROM spendlens.attempts WHERE request_id IN {ids:Array(UUID)}',
        params: { ids: ids.slice(0, PROBES) },
      })
      .catch(() => []);
    return (rows[0]?.n ?? 0) > 0;
  };
  return (await until(isVisible, RECOVERY_LIMIT_MS)) ? Date.now() - since : null;
}
