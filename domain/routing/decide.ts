import type { RequestFacts } from './request-facts.ts';
import type { CompiledRoute, RouteTarget } from './route.ts';
import type { RouteStrategy } from './strategy.ts';
import type { BreakerState, RoutingTrace, TracedCandidate } from './trace.ts';

/** What a target's last calls tell. */
export interface TargetState {
  /** Null where nothing was measured lately. */
  readonly ttftMs: number | null;
  readonly inFlight: number;
  readonly breaker: BreakerState;
}

/** What is known of a target for this request. */
export interface TargetLook {
  /** '' or why it cannot be called at all. */
  readonly obstacle: string;
  readonly state: TargetState;
  readonly contextWindow: number | null;
  /** Nano-dollars; null where no price is known. */
  readonly cost: bigint | null;
}

export interface Decision {
  /** In the order in which they are to be called; none where nobody can take the request, as the reason says. */
  readonly targets: readonly RouteTarget[];
  readonly trace: RoutingTrace;
}

interface Candidate {
  readonly target: RouteTarget;
  readonly look: TargetLook;
}

/**
 * Who is called for a request, and in which order. Capability and size exclude what is known not to fit; among the
 * others those that rest come last; then the strategy decides. `random` is uniform in [0, 1).
 */
export function decide(
  route: CompiledRoute,
  facts: RequestFacts,
  look: (target: RouteTarget) => TargetLook,
  random: () => number,
): Decision {
  const { rule, targets, strategy, notes } = applyRules(route, facts);
  const candidates = targets.map((target) => ({ target, look: look(target) }));
  const excluded = new Map<RouteTarget, string>();
  for (const { target, look: seen } of candidates) {
    const reason = seen.obstacle || (facts.hasImage && target.images === false ? 'takes no images' : '');
    if (reason !== '') excluded.set(target, reason);
  }
  const able = candidates.filter(({ target }) => !excluded.has(target));
  const pool = largeEnough(able, facts, excluded, notes);
  const ready = pool.filter((each) => each.look.state.breaker !== 'open');
  const resting = pool.filter((each) => each.look.state.breaker === 'open');
  if (pool.length > 0 && ready.length === 0) notes.push('all of them rest after failures, and are asked all the same');
  const ordered = [...inOrder(strategy, ready, random), ...inOrder(strategy, resting, random)];
  return {
    targets: ordered.map(({ target }) => target),
    trace: {
      route: route.id,
      asked: facts.model,
      strategy,
      rule,
      tokens: facts.tokens,
      candidates: candidates.map((each) => traced(each, ordered.indexOf(each), excluded.get(each.target) ?? '')),
      notes,
      reason: reasonFor(strategy, ordered[0], [...excluded]),
    },
  };
}

function applyRules(route: CompiledRoute, facts: RequestFacts) {
  const notes: string[] = [];
  for (const { when, holds, targets, strategy } of route.rules) {
    const found = holds(facts);
    if ('fault' in found) notes.push(`${when}: ${found.fault}`);
    else if (found.holds) return { rule: when, targets, strategy, notes };
  }
  return { rule: '', targets: route.targets, strategy: route.strategy, notes };
}

/** The count of tokens is an estimate, so it never refuses a request: where nobody is large enough the largest is asked. */
function largeEnough(
  able: readonly Candidate[],
  { tokens, maxOutput }: RequestFacts,
  excluded: Map<RouteTarget, string>,
  notes: string[],
): readonly Candidate[] {
  const needed = tokens + (maxOutput ?? 0);
  const fits = ({ look: { contextWindow } }: Candidate) => contextWindow === null || contextWindow >= needed;
  const fitting = able.filter(fits);
  const [largest] = able.toSorted((a, b) => (b.look.contextWindow ?? 0) - (a.look.contextWindow ?? 0));
  if (fitting.length === 0 && largest) notes.push(`nobody takes about ${needed} tokens: the largest is asked`);
  const pool = fitting.length === 0 && largest ? [largest] : fitting;
  for (const each of able) {
    if (pool.includes(each)) continue;
    excluded.set(each.target, `takes ${each.look.contextWindow} tokens, and this is about ${needed}`);
  }
  return pool;
}

function inOrder(strategy: RouteStrategy, candidates: readonly Candidate[], random: () => number): Candidate[] {
  const by = (key: (candidate: Candidate) => number) => sortBy(candidates, key);
  switch (strategy) {
    case 'priority':
      return [...candidates];
    case 'weighted':
      // Efraimidis and Spirakis (2006), https://doi.org/10.1016/j.ipl.2005.11.003: the first one is drawn by weight,
      // the next one by weight among the others.
      return by(({ target }) => -Math.log(1 - random()) / target.weight);
    case 'price':
      return candidates.toSorted((a, b) => compareCost(a.look.cost, b.look.cost));
    case 'latency':
      // Nobody knows how fast one is that was never asked, so it is.
      return by(({ look }) => look.state.ttftMs ?? -1);
    case 'least-busy':
      return sortBy(
        by(() => random()),
        ({ look }) => look.state.inFlight,
      );
  }
}

function sortBy(candidates: readonly Candidate[], key: (candidate: Candidate) => number): Candidate[] {
  return candidates
    .map((candidate) => ({ candidate, key: key(candidate) }))
    .sort((a, b) => a.key - b.key)
    .map(({ candidate }) => candidate);
}

/** What has no known price comes last: it may cost anything. */
function compareCost(a: bigint | null, b: bigint | null): number {
  if (a === null || b === null) return (a === null ? 1 : 0) - (b === null ? 1 : 0);
  return a < b ? -1 : a > b ? 1 : 0;
}

function traced({ target, look }: Candidate, index: number, excluded: string): TracedCandidate {
  return {
    model: target.model,
    place: index === -1 ? null : index + 1,
    excluded,
    weight: target.weight,
    costNano: look.cost === null ? null : look.cost.toString(),
    ttftMs: look.state.ttftMs,
    inFlight: look.state.inFlight,
    breaker: look.state.breaker,
    contextWindow: look.contextWindow,
  };
}

function reasonFor(
  strategy: RouteStrategy,
  first: Candidate | undefined,
  excluded: readonly (readonly [RouteTarget, string])[],
): string {
  if (first === undefined) {
    if (excluded.length === 0) return 'no provider that lists this model can be called with the keys at hand';
    return `no target can take this request: ${excluded.map(([{ model }, why]) => `${model} ${why}`).join('; ')}`;
  }
  const { target, look } = first;
  switch (strategy) {
    case 'priority':
      return `${target.model} is the first in the list that can take it`;
    case 'weighted':
      return `${target.model} was drawn by weight`;
    case 'price':
      return look.cost === null
        ? `no target’s price is known: ${target.model} is the first in the list`
        : `${target.model} costs least by the price lists`;
    case 'latency':
      return look.state.ttftMs === null
        ? `${target.model} has not been measured lately`
        : `${target.model} was the fastest lately`;
    case 'least-busy':
      return `${target.model} has the fewest calls under way`;
  }
}
