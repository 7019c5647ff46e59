import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Stack } from '../harness/stack.ts';

export const say = (line: string) => process.stdout.write(`${line}\n`);

/** What the figures were taken on, and how busy it was with other things. */
export function sayMachine(): void {
  const memory = (totalmem() / 2 ** 30).toFixed(0);
  const [load = 0] = loadavg();
  say(`${cpus().length} cores, ${memory} GiB, Node ${process.versions.node}, load ${load.toFixed(1)} before it began`);
}

/** A server of the bench in a process of its own. */
export interface BenchChild {
  readonly child: ChildProcess;
  readonly url: string;
}

export async function startChild(script: string, args: string[]): Promise<BenchChild> {
  const child = fork(join(import.meta.dirname, script), args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const [message]: { port: number }[] = await once(child, 'message');
  if (message === undefined) throw new Error(`${script} said nothing`);
  return { child, url: `http://127.0.0.1:${message.port}` };
}

/** The same load goes to each of them in turns. */
export interface Targets {
  readonly direct: string;
  readonly bare: BenchChild;
  readonly stack: Stack;
}

/** Waits until the warehouse has what stood in the outboxes. */
export async function waitUntilDrained(stack: Stack): Promise<void> {
  const metric = /^spendlens_outbox_depth(?:\{[^}]*\})? (\d+)/m;
  for (let tries = 0; tries < 1_800; tries++) {
    const text = await (await fetch(`${stack.endpoints().proxy}/metrics`)).text();
    const depth = metric.exec(text)?.[1];
    if (depth === '0') return;
    await sleep(100);
  }
  throw new Error('the backlog did not drain within three minutes');
}
