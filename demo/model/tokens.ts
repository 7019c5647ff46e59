import type { Tokens } from './call.ts';
import type { Amount, Step } from './feature.ts';
import type { Model } from './models.ts';
import type { Random } from './random.ts';

/** Below this no provider caches a prompt. */
const LEAST_CACHED = 1_024;

export interface TokenQuestion {
  readonly step: Step;
  readonly model: Model;
  readonly version: 'v1' | 'v2' | 'v3';
  /** 0 for the first call of a session. */
  readonly turn: number;
  readonly callsTool: boolean;
}

/** What the provider will have counted. v2 of every prompt lets the provider cache it, v3 asks for shorter answers. */
export function drawTokens({ step, model, version, turn, callsTool }: TokenQuestion, random: Random): Tokens {
  const said = amount(step.inputTokens, random);
  // What was said before is sent again.
  const input = Math.round(said * Math.min(3, 1 + 0.5 * turn));
  const shorter = { v1: 1.2, v2: 1, v3: 0.82 }[version];
  const output = callsTool ? random.whole(18, 45) : Math.round(amount(step.outputTokens, random) * shorter);
  const cached = drawCached(step, model, version, turn, random);
  const plainSystem = step.systemTokens - cached.cacheRead - cached.cacheWrite5m - cached.cacheWrite1h;
  return {
    ...cached,
    input: input + plainSystem,
    output,
    reasoning: model.thinks && step.outputTokens.median > 0 ? Math.round(random.skewed(thoughts(model), 0.7)) : 0,
  };
}

function amount({ median, spread }: Amount, random: Random): number {
  return median === 0 ? 0 : Math.max(1, Math.round(random.skewed(median, spread)));
}

/** Longer thinkers answer later. */
const thoughts = (model: Model): number => 90 + model.ttftMs * 0.18;

type Cached = Pick<Tokens, 'cacheRead' | 'cacheWrite5m' | 'cacheWrite1h'>;
const nothing: Cached = { cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 };

function drawCached(step: Step, model: Model, version: string, turn: number, random: Random): Cached {
  const { systemTokens } = step;
  if (model.promptCache === 'none' || systemTokens < LEAST_CACHED) return nothing;
  // Whoever comes second within minutes finds it: nearly always inside a session, often across sessions.
  const found = random.chance(turn > 0 ? 0.94 : 0.58);
  if (model.promptCache === 'automatic')
    return found ? { ...nothing, cacheRead: Math.floor(systemTokens / 128) * 128 } : nothing;
  if (version === 'v1') return nothing;
  if (found) return { ...nothing, cacheRead: systemTokens };
  return systemTokens > 4_000 ? { ...nothing, cacheWrite1h: systemTokens } : { ...nothing, cacheWrite5m: systemTokens };
}
