import { percentile, spread } from './figures.ts';
import { openLoop } from './load.ts';
import { say, type Targets } from './subjects.ts';

const RATE = 1_000;
const RUNS = 5;
const QUANTILES = [50, 95, 99] as const;
const NAMES = ['direct', 'bare', 'spendlens', 'routed', 'cache hit'] as const;
type Name = (typeof NAMES)[number];
/** What sends a request to the routed lane, and there to the cache. */
const ASKS: Partial<Record<Name, Readonly<Record<string, string>>>> = {
  routed: { 'helicone-retry-enabled': 'true' },
  'cache hit': { 'helicone-cache-enabled': 'true' },
};

/** Prints what each proxy adds to a call. Returns how many went through ours, to be held against the rows. */
export async function benchLatency({ direct, bare, stack }: Targets, seconds: number): Promise<number> {
  say(`open loop, ${RATE} requests/s, ${RUNS} runs of ${seconds} s each, interleaved; latency from the scheduled time`);
  const { proxy } = stack.endpoints();
  const origins = { direct, bare: bare.url, spendlens: proxy, routed: proxy, 'cache hit': proxy };
  const seen: Record<Name, number[][]> = { direct: [], bare: [], spendlens: [], routed: [], 'cache hit': [] };
  let sent = 0;
  let failed = 0;
  for (let run = 0; run < RUNS; run++) {
    for (const name of NAMES) {
      const result = await openLoop(origins[name], RATE, seconds, 2, ASKS[name]);
      seen[name].push(QUANTILES.map((p) => percentile(result.latencies, p)));
      if (origins[name] === proxy) sent += result.sent;
      failed += result.failed;
    }
  }
  say(`  failed requests: ${failed}`);
  say('  ms                  p50                     p95                     p99');
  for (const name of NAMES) sayRow(name, seen[name]);
  for (const name of ['bare', 'spendlens', 'routed', 'cache hit'] as const) {
    const added = seen[name].map((run, index) =>
      run.map((value, q) => value - (seen.direct[index]?.[q] ?? Number.NaN)),
    );
    sayRow(`${name} adds`, added);
  }
  say('  aim: spendlens adds p50 ≤ 0.50, p99 ≤ 3.00\n');
  return sent;
}

function sayRow(name: string, runs: readonly number[][]): void {
  const cells = QUANTILES.map((_, q) => spread(runs.map((run) => run[q] ?? Number.NaN)).padEnd(24));
  say(`  ${name.padEnd(18)}${cells.join('')}`.trimEnd());
}
