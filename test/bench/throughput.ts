import { setTimeout as sleep } from 'node:timers/promises';
import { cpuSeconds, median, spread } from './figures.ts';
import { closedLoop } from './load.ts';
import { say, type Targets } from './subjects.ts';

const CONNECTIONS = 32;
const SECONDS = 6;

/** One proxy under full load: its address, and the processes that it is. */
export interface Loaded {
  readonly name: string;
  url(): string;
  pids(): readonly number[];
}

interface Result {
  readonly rates: readonly number[];
  /** Requests per second of processor time of the proxy alone. */
  readonly perCpu: readonly number[];
  readonly sent: number;
}

/** All of them in turns, as fast as the connections go. */
export async function compare(proxies: readonly Loaded[], runs: number): Promise<Map<string, Result>> {
  const results = new Map<string, Result>(proxies.map(({ name }) => [name, { rates: [], perCpu: [], sent: 0 }]));
  for (let run = 0; run < runs; run++) {
    for (const { name, url, pids } of proxies) {
      const cpu = () => pids().reduce((sum, pid) => sum + cpuSeconds(pid), 0);
      const before = cpu();
      const { sent } = await closedLoop(url(), CONNECTIONS, SECONDS);
      const earlier = results.get(name) ?? { rates: [], perCpu: [], sent: 0 };
      results.set(name, {
        rates: [...earlier.rates, sent / SECONDS],
        perCpu: [...earlier.perCpu, sent / (cpu() - before)],
        sent: earlier.sent + sent,
      });
      // What the run before left to ingest must not slow the next one down.
      await sleep(3_000);
    }
  }
  for (const [name, { rates, perCpu }] of results) {
    say(
      `  ${name.padEnd(12)}${spread(rates, 0)} requests/s, ${spread(perCpu, 0)} requests per CPU-second of the proxy`,
    );
  }
  return results;
}

/** Returns how many requests went through ours. */
export async function benchThroughput({ bare, stack }: Targets): Promise<number> {
  say(`closed loop, ${CONNECTIONS} connections, 3 interleaved runs of ${SECONDS} s`);
  const results = await compare(
    [
      { name: 'bare', url: () => bare.url, pids: () => [bare.child.pid ?? 0] },
      { name: 'spendlens', url: () => stack.endpoints().proxy, pids: () => livePids(stack.endpoints().pids.proxy) },
    ],
    3,
  );
  const share = (read: (result: Result) => readonly number[]) => {
    const of = (name: string) => median(read(results.get(name) ?? { rates: [], perCpu: [], sent: 0 }));
    return ((100 * of('spendlens')) / of('bare')).toFixed(0);
  };
  say(
    `  spendlens makes ${share(({ rates }) => rates)} % of bare (aim ≥ 85 %), ${share(({ perCpu }) => perCpu)} % per CPU-second\n`,
  );
  return results.get('spendlens')?.sent ?? 0;
}

export const livePids = (pids: readonly (number | null)[]): number[] => pids.filter((pid) => pid !== null);
