const WINDOW_MS = 60_000;
const GUESSES = 10;
const ADDRESSES = 10_000;

/**
 * Counts wrong tokens by address: after ten different ones within a minute nobody there is heard until the minute is
 * over. A program that keeps sending one old token guesses nothing, and must not lock out its neighbours.
 */
export interface Limiter {
  /** Seconds to wait, 0 where a try is free. */
  wait(address: string): number;
  countFailure(address: string, token: string): void;
}

export function createLimiter(now: () => number = Date.now): Limiter {
  const windows = new Map<string, { readonly guesses: Set<string>; readonly ends: number }>();
  const current = (address: string) => {
    const window = windows.get(address);
    if (window !== undefined && window.ends > now()) return window;
    windows.delete(address);
    return undefined;
  };
  return {
    wait(address) {
      const window = current(address);
      return window === undefined || window.guesses.size < GUESSES ? 0 : Math.ceil((window.ends - now()) / 1000);
    },
    countFailure(address, token) {
      const window = current(address) ?? { guesses: new Set(), ends: now() + WINDOW_MS };
      window.guesses.add(token);
      windows.set(address, window);
      const [oldest] = windows.keys();
      if (windows.size > ADDRESSES && oldest !== undefined) windows.delete(oldest);
    },
  };
}
