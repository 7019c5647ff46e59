import type { Socket } from 'node:net';
import { createRoster, type Seat } from './roster.ts';

/** Who has to move next, and how long they may take. */
export interface Wait {
  readonly party: 'app' | 'provider';
  readonly limitMs: number;
}

/** An exchange whose bytes are watched. */
export interface Watched {
  /** Grows with every byte that moves on either side. */
  progress(): number;
  waitsFor(): Wait;
  /** Nothing moved since the last look. */
  quiet(): void;
  /** Nothing moved for as long as `wait` allows. */
  stalled(wait: Wait): void;
}

interface Seen {
  readonly progress: number;
  readonly party: Wait['party'];
  readonly limitMs: number;
  readonly since: number;
}

interface Entry {
  readonly watched: Watched;
  /** Null until the first look. */
  seen: Seen | null;
}

const LONGEST_SWEEP_MS = 1_000;
const SHORTEST_SWEEP_MS = 25;

/**
 * Notices what stands still. One look at all exchanges now and then costs a request nothing, where a timer of its own,
 * set again with every chunk, would. What is cut is cut at most a quarter of `shortestMs`, or a second, too late.
 */
export function createStallWatch(shortestMs: number) {
  const all = createRoster<Entry>();
  const everyMs = Math.min(LONGEST_SWEEP_MS, Math.max(SHORTEST_SWEEP_MS, shortestMs / 4));

  function look(seat: Seat<Entry>, now: number): void {
    const { watched, seen } = seat.who;
    const progress = watched.progress();
    const wait = watched.waitsFor();
    if (seen === null || seen.progress !== progress || seen.party !== wait.party || seen.limitMs !== wait.limitMs) {
      seat.who.seen = { progress, party: wait.party, limitMs: wait.limitMs, since: now };
    } else if (now - seen.since < wait.limitMs) watched.quiet();
    else {
      all.leave(seat);
      watched.stalled(wait);
    }
  }

  const timer = setInterval(() => {
    const now = performance.now();
    for (const seat of all.seats()) look(seat, now);
  }, everyMs);
  timer.unref();

  return {
    /** What is given back to `end`. */
    begin: (watched: Watched): Seat<unknown> => all.take({ watched, seen: null }),
    end(seat: Seat<unknown>): void {
      all.leave(seat);
    },
    close(): void {
      clearInterval(timer);
    },
  };
}
export type StallWatch = ReturnType<typeof createStallWatch>;

/** Bytes that came in, and those that the kernel took: what is only written waits in our memory. */
export function bytesMoved(socket: Socket | null | undefined): number {
  return socket ? socket.bytesRead + socket.bytesWritten - socket.writableLength : 0;
}
