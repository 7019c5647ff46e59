import type { Stack } from '../harness/stack.ts';
import { percentile } from './figures.ts';
import { openLoop } from './load.ts';
import { say, waitUntilDrained } from './subjects.ts';

const RATE = 300;

/** The warehouse stands still (SIGSTOP) while traffic goes on, then comes back. Returns how many requests were sent. */
export async function benchOutage(stack: Stack, seconds: number): Promise<number> {
  say(`warehouse stopped for ${seconds} s under ${RATE} requests/s`);
  const { proxy, pids } = stack.endpoints();
  if (pids.warehouse === null) throw new Error('no embedded warehouse to stop');
  const before = await openLoop(proxy, RATE, 15, 2);
  process.kill(pids.warehouse, 'SIGSTOP');
  const during = await openLoop(proxy, RATE, seconds, 0);
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
