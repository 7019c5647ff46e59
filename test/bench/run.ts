import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Stack, startStack } from '../harness/stack.ts';
import { cpuSeconds, median, percentile, spread } from './figures.ts';
import { closedLoop, openLoop } from './load.ts';

const RATE = 1_000;
const RUNS = 5;
const say = (line: string) => process.stdout.write(`${line}\n`);

/** Prints latency that the proxy adds, its throughput, and what an outage of the warehouse does to both. */
export async function runBench(options: { outageSeconds: number; seconds: number }): Promise<void> {
  say(`${cpus().length} cores, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Node ${process.versions.node}`);
  say('load generator, provider, proxy, ingest and warehouse share these cores\n');
  const upstream = await startChild('upstream.ts', []);
  const direct = `http://127.0.0.1:${upstream.port}`;
  const bare = await startChild('bare.ts', [direct]);
  const stack = await startStack({ config: `providers:\n  openai: { baseUrl: '${direct}' }\n` });
  try {
    const targets = { direct, bare: `http://127.0.0.1:${bare.port}`, spendlens: stack.endpoints().proxy };
    let sent = await addedLatency(targets, options.seconds);
    sent += await throughput(targets, stack, bare.child);
    sent += await outage(stack, options.outageSeconds);
    await countRows(stack, sent);
  } finally {
    await stack.stop();
    bare.child.kill();
    upstream.child.kill();
  }
}

interface Targets {
  direct: string;
  bare: string;
  spendlens: string;
}

/** Requests through our proxy, so that they can be held against the rows. */
async function addedLatency(targets: Targets, seconds: number): Promise<number> {
  say(`open loop, ${RATE} requests/s, ${RUNS} runs of ${seconds} s each, interleaved; latency from the scheduled time`);
  const quantiles = [50, 95, 99];
  const seen: Record<keyof Targets, number[][]> = { direct: [], bare: [], spendlens: [] };
  let sent = 0;
  let failed = 0;
  for (let run = 0; run < RUNS; run++) {
    for (const name of ['direct', 'bare', 'spendlens'] as const) {
      const result = await openLoop(targets[name], RATE, seconds, 2);
      seen[name].push(quantiles.map((p) => percentile(result.latencies, p)));
      if (name === 'spendlens') sent += result.sent;
      failed += result.failed;
    }
  }
  say(`  failed requests: ${failed}`);
  say('  ms                  p50                     p95                     p99');
  for (const name of ['direct', 'bare', 'spendlens'] as const) {
    say(
      `  ${name.padEnd(18)}${quantiles.map((_, q) => spread(seen[name].map((run) => run[q] ?? Number.NaN)).padEnd(24)).join('')}`,
    );
  }
  for (const name of ['bare', 'spendlens'] as const) {
    const added = quantiles.map((_, q) =>
      spread(seen[name].map((run, index) => (run[q] ?? Number.NaN) - (seen.direct[index]?.[q] ?? Number.NaN))).padEnd(
        24,
      ),
    );
    say(`  ${`${name} adds`.padEnd(18)}${added.join('')}`);
  }
  say('  aim: spendlens adds p50 ≤ 0.50, p99 ≤ 3.00\n');
  return sent;
}

async function throughput(targets: Targets, stack: Stack, bare: ChildProcess): Promise<number> {
  const connections = 32;
  say(`closed loop, ${connections} connections, 3 interleaved runs of 6 s`);
  const rates: Record<'bare' | 'spendlens', number[]> = { bare: [], spendlens: [] };
  const perCpu: Record<'bare' | 'spendlens', number[]> = { bare: [], spendlens: [] };
  let sent = 0;
  for (let run = 0; run < 3; run++) {
    for (const name of ['bare', 'spendlens'] as const) {
      const pid = name === 'bare' ? (bare.pid ?? 0) : (stack.endpoints().pids.proxy[0] ?? 0);
      const cpuBefore = cpuSeconds(pid);
      const result = await closedLoop(targets[name], connections, 6);
      rates[name].push(result.sent / 6);
      perCpu[name].push(result.sent / (cpuSeconds(pid) - cpuBefore));
      if (name === 'spendlens') sent += result.sent;
      // What the run before left to ingest must not slow the next one down.
      await sleep(3_000);
    }
  }
  for (const name of ['bare', 'spendlens'] as const) {
    say(
      `  ${name.padEnd(12)}${spread(rates[name], 0)} requests/s, ${spread(perCpu[name], 0)} requests per CPU-second of the proxy`,
    );
  }
  const share = (100 * median(rates.spendlens)) / median(rates.bare);
  const cpuShare = (100 * median(perCpu.spendlens)) / median(perCpu.bare);
  say(`  spendlens makes ${share.toFixed(0)} % of bare (aim ≥ 85 %), ${cpuShare.toFixed(0)} % per CPU-second\n`);
  return sent;
}

/** The warehouse stands still (SIGSTOP) while traffic goes on, then comes back. */
async function outage(stack: Stack, seconds: number): Promise<number> {
  const rate = 300;
  say(`warehouse stopped for ${seconds} s under ${rate} requests/s`);
  const { proxy, pids } = stack.endpoints();
  if (pids.warehouse === null) throw new Error('no embedded warehouse to stop');
  const before = await openLoop(proxy, rate, 15, 2);
  process.kill(pids.warehouse, 'SIGSTOP');
  const during = await openLoop(proxy, rate, seconds, 0);
  process.kill(pids.warehouse, 'SIGCONT');
  const backAt = Date.now();
  await waitUntilDrained(stack);
  for (const [name, result] of [
    ['before', before],
    ['stopped', during],
  ] as const) {
    const [p50, p99] = [50, 99].map((p) => percentile(result.latencies, p).toFixed(2));
    say(`  ${name.padEnd(10)}p50 ${p50} ms, p99 ${p99} ms, failed ${result.failed}`);
  }
  say(`  backlog drained ${((Date.now() - backAt) / 1000).toFixed(1)} s after it came back\n`);
  return before.sent + during.sent;
}

async function countRows(stack: Stack, sent: number): Promise<void> {
  await waitUntilDrained(stack);
  const [row] = await stack.sql<{ n: string; ids: string }>(
    'SELECT count() AS n, uniqExact(outbox_id, seq) AS ids FROM requests',
  );
  const verdict = Number(row?.n) === sent && Number(row?.ids) === sent ? 'equal' : 'NOT EQUAL';
  say(`rows ${row?.n}, identities ${row?.ids}, requests sent through spendlens ${sent}: ${verdict}`);
}

async function waitUntilDrained(stack: Stack): Promise<void> {
  const metric = /^spendlens_outbox_depth(?:\{[^}]*\})? (\d+)/m;
  for (let tries = 0; tries < 1_800; tries++) {
    const text = await (await fetch(`${stack.endpoints().proxy}/metrics`)).text();
    const depth = metric.exec(text)?.[1];
    if (depth === '0') return;
    await sleep(100);
  }
  throw new Error('the backlog did not drain within three minutes');
}

async function startChild(script: string, args: string[]): Promise<{ child: ChildProcess; port: number }> {
  const child = fork(join(import.meta.dirname, script), args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const [message]: { port: number }[] = await once(child, 'message');
  if (message === undefined) throw new Error(`${script} said nothing`);
  return { child, port: message.port };
}
