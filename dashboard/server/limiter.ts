const WINDOW_MS = 60_000;
const FAILURES = 10;
const ADDRESSES = 10_000;

/** Counts wrong tokens by address: after ten within a minute nobody there is heard until the minute is over. */
export interface Limiter {
  /** Seconds to wait, 0 where a try is free. */
  wait(address: string): number;
  countFailure(address: string): void;
}

export function createLimiter(now: () => number = Date.now): Limiter {
  const windows = new Map<string, { failures: number; ends: number }>();
  const current = (address: string) => {
    const window = windows.get(address);
    if (window !== undefined && window.ends > now()) return window;
    windows.delete(address);
    return undefined;
  };
  return {
    wait(address) {
      const window = current(address);
      return window === undefined || window.failures < FAILURES ? 0 : Math.ceil((window.ends - now()) / 1000);
    },
    countFailure(address) {
      const window = current(address) ?? { failures: 0, ends: now() + WINDOW_MS };
      window.failures++;
      windows.set(address, window);
      const [oldest] = windows.keys();
      if (windows.size > ADDRESSES && oldest !== undefined) windows.delete(oldest);
    },
  };
}
