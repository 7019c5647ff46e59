/** Retries may be a tenth of what a target was asked in the last ten seconds, so that its storm of 429 is not doubled. */
const SHARE = 0.1;
/** What a quiet target may be asked again all the same: a tenth of a few calls is none. */
const DEFAULT_FLOOR = 10;
const SLOT_MS = 1_000;
const SLOTS = 10;
/** Beyond it the oldest is forgotten: callers can name addresses of their own. */
const MAX_TARGETS = 1_000;

export interface RetryBudget {
  /** A first call to `upstream`. */
  called(upstream: string): void;
  /** True, and spent, where `upstream` may be asked again now. */
  spend(upstream: string): boolean;
}

interface Window {
  readonly calls: number[];
  readonly retries: number[];
  slot: number;
}

/** `floor` calls in ten seconds whatever the traffic; `now` in milliseconds, from any start. */
export function createRetryBudget(floor = DEFAULT_FLOOR, now = () => performance.now()): RetryBudget {
  const windows = new Map<string, Window>();

  function windowOf(upstream: string): Window {
    const slot = Math.floor(now() / SLOT_MS);
    const known = windows.get(upstream);
    const window = known ?? { calls: Array(SLOTS).fill(0), retries: Array(SLOTS).fill(0), slot };
    if (known === undefined) {
      const [oldest] = windows.keys();
      if (windows.size >= MAX_TARGETS && oldest !== undefined) windows.delete(oldest);
      windows.set(upstream, window);
    }
    for (let past = Math.max(window.slot + 1, slot - SLOTS + 1); past <= slot; past++) {
      window.calls[past % SLOTS] = 0;
      window.retries[past % SLOTS] = 0;
    }
    window.slot = slot;
    return window;
  }

  function add(counts: number[], { slot }: Window): void {
    counts[slot % SLOTS] = (counts[slot % SLOTS] ?? 0) + 1;
  }

  return {
    called(upstream) {
      const window = windowOf(upstream);
      add(window.calls, window);
    },
    spend(upstream) {
      const window = windowOf(upstream);
      if (sum(window.retries) >= Math.max(floor, sum(window.calls) * SHARE)) return false;
      add(window.retries, window);
      return true;
    },
  };
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
