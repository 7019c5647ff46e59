import type { TargetState } from '../../domain/routing/decide.ts';
import type { FailureCause } from '../../domain/routing/failure.ts';

/** One call to a target, told what becomes of it. After `over` nothing more. */
export interface TargetCall {
  answered(status: number): void;
  firstByte(): void;
  failed(cause: FailureCause): void;
  over(): void;
}

export interface TargetStates {
  look(key: string): TargetState;
  began(key: string): TargetCall;
}

export interface TargetStatesOptions {
  /** Failures in a row after which a target rests. */
  readonly failures?: number | undefined;
  readonly coolDownMs?: number | undefined;
  /** Milliseconds, from any start. */
  readonly now?: () => number;
}

/** How a call went, as far as it tells of the target: a request that is wrong in itself tells nothing. */
type Health = 'good' | 'bad' | 'unknown';

interface Entry {
  readonly times: { readonly at: number; readonly ttftMs: number }[];
  inFlight: number;
  failures: number;
  /** When it may be asked again; null while it does not rest. */
  restsUntil: number | null;
  /** True while the call is under way that decides about its rest. */
  isProbed: boolean;
}

const FAILURES = 5;
const COOL_DOWN_MS = 30_000;
/** What was measured longer ago is no news: a target that lost is measured anew after it. */
const WINDOW_MS = 300_000;
const MAX_TIMES = 50;
/** Beyond it those that are not in use are forgotten. */
const MAX_TARGETS = 1_000;
const bad: ReadonlySet<FailureCause> = new Set(['timeout', 'unreachable', 'reset', 'in_body', 'empty', 'malformed']);

/** What this worker saw of the targets of routes: how fast they are, how busy, and whether they work at all. */
export function createTargetStates(options: TargetStatesOptions = {}): TargetStates {
  const { failures = FAILURES, coolDownMs = COOL_DOWN_MS, now = () => performance.now() } = options;
  const entries = new Map<string, Entry>();

  function entryOf(key: string): Entry {
    const known = entries.get(key);
    if (known) return known;
    if (entries.size >= MAX_TARGETS) {
      for (const [each, { inFlight }] of entries) if (inFlight === 0) entries.delete(each);
    }
    const entry = { times: [], inFlight: 0, failures: 0, restsUntil: null, isProbed: false };
    entries.set(key, entry);
    return entry;
  }

  function settle(entry: Entry, health: Health, isProbe: boolean): void {
    entry.inFlight--;
    if (isProbe) entry.isProbed = false;
    switch (health) {
      case 'unknown':
        return;
      case 'good':
        entry.failures = 0;
        entry.restsUntil = null;
        return;
      case 'bad':
        entry.failures++;
        if (entry.failures >= failures) entry.restsUntil = now() + coolDownMs;
    }
  }

  function stateOf(entry: Entry): TargetState {
    const { times, inFlight, restsUntil, isProbed } = entry;
    while (times[0] !== undefined && times[0].at < now() - WINDOW_MS) times.shift();
    const ttftMs = times.length === 0 ? null : times.reduce((sum, each) => sum + each.ttftMs, 0) / times.length;
    const breaker = restsUntil === null ? 'closed' : isProbed || now() < restsUntil ? 'open' : 'half-open';
    return { ttftMs, inFlight, breaker };
  }

  const unseen: TargetState = { ttftMs: null, inFlight: 0, breaker: 'closed' };
  return {
    look(key) {
      const entry = entries.get(key);
      return entry === undefined ? unseen : stateOf(entry);
    },
    began(key) {
      const entry = entryOf(key);
      const isProbe = stateOf(entry).breaker === 'half-open';
      if (isProbe) entry.isProbed = true;
      entry.inFlight++;
      const startedAt = now();
      let status = 0;
      let hasBegun = false;
      let health: Health = 'unknown';
      let isOver = false;
      return {
        answered(found) {
          status = found;
          if (status === 404 || status === 429 || status >= 500) health = 'bad';
        },
        firstByte() {
          if (hasBegun || status < 200 || status >= 300) return;
          hasBegun = true;
          entry.times.push({ at: now(), ttftMs: now() - startedAt });
          if (entry.times.length > MAX_TIMES) entry.times.shift();
        },
        failed(cause) {
          if (bad.has(cause)) health = 'bad';
        },
        over() {
          if (isOver) return;
          isOver = true;
          settle(entry, health === 'unknown' && hasBegun ? 'good' : health, isProbe);
        },
      };
    },
  };
}

/** Of a call that no route chose. */
export const unwatched: TargetCall = {
  answered: () => {},
  firstByte: () => {},
  failed: () => {},
  over: () => {},
};
