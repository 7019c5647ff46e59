import { type Stack, startStack } from '../harness/stack.ts';
import { benchLatency } from './latency.ts';
import { benchOutage } from './outage.ts';
import { say, sayMachine, startChild, type Targets, waitUntilDrained } from './subjects.ts';
import { benchThroughput } from './throughput.ts';

export type Section = 'latency' | 'throughput' | 'outage';

export interface BenchOptions {
  readonly sections: ReadonlySet<Section>;
  /** Of each run at a fixed rate. */
  readonly seconds: number;
  readonly outageSeconds: number;
}

/** Prints latency that the proxy adds, its throughput, and what an outage of the warehouse does to both. */
export async function runBench({ sections, seconds, outageSeconds }: BenchOptions): Promise<void> {
  sayMachine();
  say('load generator, provider, proxy, ingest and warehouse share these cores\n');
  const upstream = await startChild('upstream.ts', []);
  const bare = await startChild('bare.ts', [upstream.url]);
  const stack = await startStack({ config: `providers:\n  openai: { baseUrl: '${upstream.url}' }\n` });
  try {
    const targets: Targets = { direct: upstream.url, bare, stack };
    let sent = 0;
    if (sections.has('latency')) sent += await benchLatency(targets, seconds);
    if (sections.has('throughput')) sent += await benchThroughput(targets);
    if (sections.has('outage')) sent += await benchOutage(stack, outageSeconds);
    await countRows(stack, sent);
  } finally {
    await stack.stop();
    bare.child.kill();
    upstream.child.kill();
  }
}

async function countRows(stack: Stack, sent: number): Promise<void> {
  await waitUntilDrained(stack);
  const [row] = await stack.sql<{ n: string; ids: string }>(
    'SELECT count() AS n, uniqExact(outbox_id, seq) AS ids FROM requests',
  );
  const verdict = Number(row?.n) === sent && Number(row?.ids) === sent ? 'equal' : 'NOT EQUAL';
  say(`rows ${row?.n}, identities ${row?.ids}, requests sent through spendlens ${sent}: ${verdict}`);
}
