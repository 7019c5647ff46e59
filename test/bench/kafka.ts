import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { type Broker, startBroker } from '../harness/broker.ts';
import { startTestProxy, type TestProxy } from '../harness/proxy.ts';
import type { Relay } from '../harness/relay.ts';
import { until } from '../harness/stack.ts';
import { cpuSeconds, percentile, spread } from './figures.ts';
import { openLoop } from './load.ts';
import { startProbed } from './probed.ts';

const RATE = 1_000;
const ROUNDS = 5;
const WARM_UP_SECONDS = 2;
/** A tenth of what a thousand exchanges a second need, compressed. */
const SLOW_BYTES_PER_SECOND = 30_000;
const SLOW_DELAY_MS = 200;
const QUANTILES = [50, 99] as const;
const FORWARDER = join(import.meta.dirname, '..', '..', 'proxy', 'forwarder', 'main.ts');
const say = (line: string) => process.stdout.write(`${line}\n`);

interface State {
  readonly name: string;
  enter(): Promise<void>;
  leave(): Promise<void>;
}

/**
 * Prints what a proxy adds to a call while Kafka is up, slow and down, in turns. Ingest and warehouse are left out: they
 * rest while nothing comes through, which would make an outage look good.
 */
export async function benchKafka(seconds: number): Promise<void> {
  const broker = await startBroker();
  const relay = await broker.openRelay();
  const upstream = await startProbed({ script: join(import.meta.dirname, 'upstream.ts') });
  const proxy = await startTestProxy({
    config: `providers:\n  openai: { baseUrl: '${upstream.url}' }\n`,
    env: { KAFKA_BROKERS: relay.address },
  });
  const forwarder = startForwarder(proxy.folder, relay.address);
  say(`${cpus().length} cores, Node ${process.versions.node}, load ${loadavg()[0]?.toFixed(1)} at the start`);
  say(`${RATE} requests/s, ${ROUNDS} rounds of ${seconds} s in turns; ms that the proxy adds, median and spread\n`);
  try {
    await compare(statesOf(broker, relay), { proxy, upstream: upstream.url, forwarder: forwarder.pid ?? 0, seconds });
  } finally {
    forwarder.kill('SIGKILL');
    await proxy.stop();
    proxy.remove();
    await upstream.stop();
    await relay.close();
    await broker.remove();
  }
}

function statesOf(broker: Broker, relay: Relay): State[] {
  const heal = async () => relay.heal();
  return [
    { name: 'up', enter: heal, leave: heal },
    {
      name: 'slow',
      async enter() {
        relay.throttle(SLOW_BYTES_PER_SECOND);
        relay.delay(SLOW_DELAY_MS);
      },
      leave: heal,
    },
    { name: 'down', enter: () => broker.kill(), leave: () => broker.start() },
  ];
}

interface Subject {
  readonly proxy: TestProxy;
  readonly upstream: string;
  readonly forwarder: number;
  readonly seconds: number;
}

async function compare(states: readonly State[], { proxy, upstream, forwarder, seconds }: Subject): Promise<void> {
  const added = new Map(states.map(({ name }) => [name, [] as number[][]]));
  const busy = new Map(states.map(({ name }) => [name, [] as number[]]));
  let failed = 0;
  for (let round = 0; round < ROUNDS; round++) {
    for (const { name, enter, leave } of states) {
      const direct = quantilesOf(await openLoop(upstream, RATE, seconds, WARM_UP_SECONDS));
      await enter();
      const cpuBefore = cpuSeconds(forwarder);
      const result = await openLoop(proxy.url, RATE, seconds, WARM_UP_SECONDS);
      busy.get(name)?.push(((cpuSeconds(forwarder) - cpuBefore) * 100) / (seconds + WARM_UP_SECONDS));
      failed += result.failed;
      added.get(name)?.push(quantilesOf(result).map((value, index) => value - (direct[index] ?? Number.NaN)));
      await leave();
      await drained(proxy);
    }
  }
  say('| Kafka | p50 | p99 | forwarder, % of a core |');
  say('|---|---|---|---|');
  for (const { name } of states) {
    const runs = added.get(name) ?? [];
    const cells = QUANTILES.map((_, index) => spread(runs.map((run) => run[index] ?? Number.NaN)));
    say(`| ${name} | ${cells.join(' | ')} | ${spread(busy.get(name) ?? [], 0)} |`);
  }
  say(`\nfailed requests: ${failed}`);
}

const quantilesOf = ({ latencies }: { latencies: number[] }) => QUANTILES.map((p) => percentile(latencies, p));

async function drained({ url }: TestProxy): Promise<void> {
  const isEmpty = await until(async () => {
    const text = await (await fetch(`${url}/metrics`)).text();
    return /^spendlens_outbox_depth 0$/m.test(text);
  }, 120_000);
  if (!isEmpty) throw new Error('the outbox was not drained within two minutes');
}

function startForwarder(data: string, brokers: string): ChildProcess {
  const child = fork(FORWARDER, {
    env: { PATH: process.env['PATH'], SPENDLENS_DATA: data, KAFKA_BROKERS: brokers, SPENDLENS_LOG_LEVEL: 'error' },
    execArgv: ['--disable-warning=TimeoutNegativeWarning'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  once(child, 'exit').then(([, signal]) => {
    if (signal !== 'SIGKILL') say('the forwarder ended by itself');
  });
  return child;
}
