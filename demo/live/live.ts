import { setTimeout as sleep } from 'node:timers/promises';
import { Agent } from 'undici';
import type { DemoSignals, Installation } from '../installation.ts';
import type { Call } from '../model/call.ts';
import { createTraffic } from '../model/traffic.ts';
import { drainLeftovers, freshSlot, openDemoOutbox } from '../outbox.ts';
import { type LocalProvider, startLocalProvider } from './provider.ts';
import { type Sent, send } from './send.ts';
import { startWorker } from './worker.ts';

export interface LiveOptions {
  readonly minutes: number;
  readonly rate: number;
  readonly seed: string;
}

type Counts = Record<Sent, number>;

interface Terminal {
  write(text: string): unknown;
}

const TELL_EVERY_MS = 10_000;
const CONNECTIONS = 64;

/** Sends traffic through a proxy worker of its own, at the pace of life, and waits until it was taken from its outbox. */
export async function runLive(
  installation: Installation,
  options: LiveOptions,
  { stop, leave }: DemoSignals,
  terminal: Terminal,
): Promise<void> {
  const say = (line: string) => void terminal.write(`${line}\n`);
  await drainLeftovers(installation, say, leave);
  if (stop.aborted) return;
  const slot = freshSlot();
  const provider = await startLocalProvider();
  const counts = await sendAll(installation, slot, provider, options, stop, say).finally(() => provider.stop());
  const { drain } = await openDemoOutbox(installation, slot);
  const left = await drain(() => undefined, leave);
  const where = left === 0 ? `All of it stands in ${installation.taker}.` : `${left} still wait for ingest.`;
  say(`Done: ${describe(counts)}. ${where}`);
}

async function sendAll(
  installation: Installation,
  slot: string,
  provider: LocalProvider,
  { minutes, rate, seed }: LiveOptions,
  stop: AbortSignal,
  say: (line: string) => void,
): Promise<Counts> {
  const { dashboard, token } = installation.endpoints;
  const counts: Counts = { answered: 0, failed: 0, left: 0 };
  const worker = await startWorker(installation, slot, provider.url);
  const agent = new Agent({ connections: CONNECTIONS, headersTimeout: 60_000, bodyTimeout: 60_000 });
  say(`Sending ${rate} requests a second for ${minutes} min through a proxy worker of the demo's own (${worker.url}).`);
  say(`Watch them arrive: ${dashboard}/?kind=demo&token=${token}`);
  say('Ctrl-C ends it early.');
  const one = async (call: Call) => {
    provider.expect(call);
    counts[await send(call, worker.url, agent)]++;
    provider.done(call);
  };
  try {
    await pace(plan(seed, minutes, rate), stop, (sent) => say(`${sent} sent: ${describe(counts)}`), one);
  } finally {
    await agent.close();
    await worker.stop();
  }
  return counts;
}

function plan(seed: string, minutes: number, rate: number): Call[] {
  const from = Date.now();
  const to = from + minutes * 60_000;
  const requests = Math.max(1, Math.round(minutes * 60 * rate));
  return [...createTraffic({ seed, span: { from, to }, requests, eventful: false })].sort((a, b) => a.at - b.at);
}

/** Starts each call at its time, and returns when the last one has ended. */
async function pace(
  calls: readonly Call[],
  stop: AbortSignal,
  tellSent: (sent: number) => void,
  work: (call: Call) => Promise<void>,
): Promise<void> {
  const running = new Set<Promise<void>>();
  let toldAt = Date.now();
  let sent = 0;
  for (const call of calls) {
    await sleep(Math.max(0, call.at - Date.now()), undefined, { signal: stop }).catch(() => undefined);
    if (stop.aborted) break;
    const job = work(call).finally(() => running.delete(job));
    running.add(job);
    sent++;
    if (Date.now() - toldAt < TELL_EVERY_MS) continue;
    toldAt = Date.now();
    tellSent(sent);
  }
  await Promise.all(running);
}

const describe = ({ answered, failed, left }: Counts): string =>
  `${answered} answered, ${failed} failed, ${left} left by their callers`;
