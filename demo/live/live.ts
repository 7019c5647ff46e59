import { setTimeout as sleep } from 'node:timers/promises';
import { Agent } from 'undici';
import type { Installation } from '../installation.ts';
import type { Call } from '../model/call.ts';
import { createTraffic } from '../model/traffic.ts';
import { drainLeftovers, freshSlot, openDemoOutbox } from '../outbox.ts';
import { startLocalProvider } from './provider.ts';
import { type Sent, send } from './send.ts';
import { startWorker } from './worker.ts';

export interface LiveOptions {
  readonly minutes: number;
  readonly rate: number;
  readonly seed: string;
}

interface Terminal {
  write(text: string): unknown;
}

const TELL_EVERY_MS = 10_000;
const CONNECTIONS = 64;

/** Sends traffic through a proxy worker of its own, at the pace of life, and waits until it stands in the warehouse. */
export async function runLive(
  installation: Installation,
  { minutes, rate, seed }: LiveOptions,
  stop: AbortSignal,
  terminal: Terminal,
): Promise<void> {
  const say = (line: string) => terminal.write(`${line}\n`);
  const { dashboard, token } = installation.endpoints;
  await drainLeftovers(installation, (n) => n > 0 && say(`An earlier demo left ${n} exchanges; waiting …`), stop);
  const slot = freshSlot();
  const provider = await startLocalProvider();
  const agent = new Agent({ connections: CONNECTIONS, headersTimeout: 60_000, bodyTimeout: 60_000 });
  const counts: Record<Sent, number> = { answered: 0, failed: 0, left: 0 };
  try {
    const worker = await startWorker(installation, slot, provider.url);
    say(
      `Sending ${rate} requests a second for ${minutes} min through a proxy worker of the demo's own (${worker.url}).`,
    );
    say(`Watch them arrive: ${dashboard}/?kind=demo&token=${token}`);
    say('Ctrl-C ends it early.');
    try {
      await pace(
        plan(seed, minutes, rate),
        stop,
        (sent) => tell(say, sent, counts),
        async (call) => {
          provider.expect(call);
          counts[await send(call, worker.url, agent)]++;
          provider.done(call);
        },
      );
    } finally {
      await agent.close();
      await worker.stop();
    }
  } finally {
    await provider.stop();
  }
  const { drain } = await openDemoOutbox(installation, slot);
  await drain(() => undefined, AbortSignal.timeout(30_000));
  say(`Done: ${describe(counts)}. All of it stands in the warehouse.`);
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

function tell(say: (line: string) => void, sent: number, counts: Readonly<Record<Sent, number>>): void {
  say(`${sent} sent: ${describe(counts)}`);
}

const describe = ({ answered, failed, left }: Readonly<Record<Sent, number>>): string =>
  `${answered} answered, ${failed} failed, ${left} left by their callers`;
