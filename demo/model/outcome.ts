import type { Outcome } from './call.ts';
import type { Random } from './random.ts';

/** Shares of all calls. */
const TOO_MANY = 0.009;
const BROKEN = 0.003;
const UNAVAILABLE = 0.0015;
const TIMED_OUT = 0.0012;
/** Shares of streams. */
const CLIENT_GONE = 0.009;
const CONNECTION_LOST = 0.001;
/** Of the calls to a provider that is down. */
const DOWN_FAILS = 0.65;

export function drawOutcome(provider: string, streamed: boolean, down: boolean, random: Random): Outcome {
  if (down && random.chance(DOWN_FAILS)) return { kind: 'status', status: provider === 'anthropic' ? 529 : 503 };
  const draw = random.next();
  if (draw < TOO_MANY) return { kind: 'status', status: 429 };
  if (draw < TOO_MANY + BROKEN) return { kind: 'status', status: 500 };
  if (draw < TOO_MANY + BROKEN + UNAVAILABLE) return { kind: 'status', status: 503 };
  if (draw < TOO_MANY + BROKEN + UNAVAILABLE + TIMED_OUT) return { kind: 'silent', errorKind: 'upstream_timeout' };
  if (!streamed) return { kind: 'answered' };
  const share = 0.1 + 0.8 * random.next();
  if (random.chance(CLIENT_GONE)) return { kind: 'cut', errorKind: 'client_disconnect', share };
  if (random.chance(CONNECTION_LOST)) return { kind: 'cut', errorKind: 'upstream_reset', share };
  return { kind: 'answered' };
}

export interface Timing {
  readonly latencyMs: number;
  readonly ttftMs: number;
}

const TIMEOUT_MS = 60_000;

export function drawTiming(
  { ttftMs, tokensPerSecond }: { ttftMs: number; tokensPerSecond: number },
  tokens: { output: number; reasoning: number },
  streamed: boolean,
  outcome: Outcome,
  random: Random,
): Timing {
  if (outcome.kind === 'silent') return { latencyMs: TIMEOUT_MS + random.whole(1, 40), ttftMs: 0 };
  if (outcome.kind === 'status') return whole(random.skewed(outcome.status === 429 ? 45 : 600, 0.6));
  const first = random.skewed(ttftMs, 0.35) + (tokens.reasoning / tokensPerSecond) * 1000;
  const made = (tokens.output / random.skewed(tokensPerSecond, 0.15)) * 1000;
  const latencyMs = first + made * (outcome.kind === 'cut' ? outcome.share : 1);
  return streamed ? { latencyMs, ttftMs: first } : whole(latencyMs);
}

/** An answer in one piece: its first byte comes when all is there. */
const whole = (latencyMs: number): Timing => ({ latencyMs, ttftMs: latencyMs - 0.3 });
