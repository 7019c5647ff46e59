import type { DemoSignals, Installation } from '../installation.ts';
import { createTraffic } from '../model/traffic.ts';
import { drainLeftovers, freshSlot, openDemoOutbox } from '../outbox.ts';
import { fill } from './fill.ts';
import { createProgress } from './progress.ts';

export interface HistoryOptions {
  readonly days: number;
  readonly requests: number;
  readonly seed: string;
}

interface Terminal {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const DAY_MS = 86_400_000;

/** Fills the last days with traffic through an outbox of its own, until all of it was taken from there. */
export async function runHistory(
  installation: Installation,
  { days, requests, seed }: HistoryOptions,
  { stop, leave }: DemoSignals,
  terminal: Terminal,
): Promise<void> {
  await drainLeftovers(installation, (line) => terminal.write(`${line}\n`), leave);
  const to = Date.now();
  const calls = createTraffic({ seed, span: { from: to - days * DAY_MS, to }, requests, eventful: true });
  const { outbox, drain } = await openDemoOutbox(installation, freshSlot());
  const progress = createProgress(terminal, requests, installation.taker);
  let written = 0;
  const show = () => progress.update({ written, ingested: Math.max(0, written - outbox.stats().depth) });
  let failure: unknown = null;
  const startedAt = Date.now();
  try {
    await fill(
      outbox,
      calls,
      (count) => {
        written = count;
        show();
      },
      stop,
    );
  } catch (error) {
    failure = error;
  }
  // Whatever happened, what was accepted is taken in and the folder goes.
  const left = await drain(show, leave);
  progress.finish();
  if (failure !== null) throw failure;
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
  terminal.write(
    left > 0
      ? `Left. ${left} of ${written} exchanges still wait for ingest, which takes them in by itself.\n`
      : `${written.toLocaleString('en')} demo requests over ${days} days stand in ${installation.taker}, after ${seconds} s.\n`,
  );
}
