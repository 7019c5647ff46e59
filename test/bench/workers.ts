import { type Stack, startStack } from '../harness/stack.ts';
import { median } from './figures.ts';
import { say, sayMachine, startChild, waitUntilDrained } from './subjects.ts';
import { compare, livePids } from './throughput.ts';

const RUNS = 3;

/** Prints what `workers` proxy workers make beside one, each in a stack of its own, in turns. */
export async function benchWorkers(workers: number): Promise<void> {
  sayMachine();
  say(
    `closed loop, 1 and ${workers} proxy workers, ${RUNS} interleaved runs; load generator and provider share the cores`,
  );
  const upstream = await startChild('upstream.ts', []);
  const config = `providers:\n  openai: { baseUrl: '${upstream.url}' }\n`;
  const stacks = new Map<string, Stack>();
  try {
    for (const count of [1, workers]) {
      stacks.set(named(count), await startStack({ config, env: { SPENDLENS_WORKERS: String(count) } }));
    }
    const proxies = [...stacks].map(([name, stack]) => ({
      name,
      url: () => stack.endpoints().proxy,
      pids: () => livePids(stack.endpoints().pids.proxy),
    }));
    const results = await compare(proxies, RUNS);
    const rateOf = (count: number) => median(results.get(named(count))?.rates ?? []);
    say(`  ${workers} workers make ${(rateOf(workers) / rateOf(1)).toFixed(2)} times what one makes`);
    for (const [name, stack] of stacks) await sayShares(name, stack, results.get(name)?.sent ?? 0);
  } finally {
    for (const stack of stacks.values()) await stack.stop();
    upstream.child.kill();
  }
}

const named = (count: number) => (count === 1 ? '1 worker' : `${count} workers`);

/** Each worker has an outbox of its own. */
async function sayShares(name: string, stack: Stack, sent: number): Promise<void> {
  await waitUntilDrained(stack);
  const rows = await stack.sql<{ n: string }>('SELECT count() AS n FROM requests GROUP BY outbox_id ORDER BY n DESC');
  const all = rows.reduce((sum, { n }) => sum + Number(n), 0);
  const shares = rows.map(({ n }) => `${((100 * Number(n)) / all).toFixed(0)} %`).join(', ');
  say(`  ${name}: rows ${all}, requests ${sent}: ${all === sent ? 'equal' : 'NOT EQUAL'}; by worker ${shares}`);
}
