import { contextWindowOf } from '../../domain/prices/catalogue.ts';
import { findPrices } from '../../domain/prices/find-prices.ts';
import type { PriceRules } from '../../domain/prices/rules.ts';
import type { Provider } from '../../domain/providers.ts';
import { decide, type TargetLook } from '../../domain/routing/decide.ts';
import { estimateCost } from '../../domain/routing/estimate.ts';
import type { RequestFacts } from '../../domain/routing/request-facts.ts';
import { type CompiledRoute, type RouteTarget, readSuffix } from '../../domain/routing/route.ts';
import type { TargetNamer } from './name-target.ts';
import type { RouteBook } from './route-book.ts';
import type { Target } from './target.ts';
import type { TargetStates } from './target-states.ts';

export interface RouterParts {
  readonly book: RouteBook;
  readonly namer: TargetNamer;
  readonly states: TargetStates;
  readonly providers: readonly Provider[];
  /** What the user says about prices now. */
  readonly rules: () => PriceRules;
  readonly random?: () => number;
}

/** `targets` is empty where nobody can take the request; the trace's reason then says why. */
export interface Routed {
  readonly targets: readonly Target[];
  /** JSON of domain/routing/trace. */
  readonly trace: string;
  readonly reason: string;
}

/** Chooses who answers for a virtual model, or for a name with a suffix. */
export function createRouter(parts: RouterParts) {
  const { book, namer, states, providers, rules, random = Math.random } = parts;

  return {
    /** Whether a name is decided here at all. */
    routeFor(name: string, first: Target): CompiledRoute | null {
      return book.find(name) ?? bySuffix(name, first);
    },
    route(route: CompiledRoute, facts: RequestFacts, first: Target): Routed {
      const found = new Map<string, Target | string>();
      const at = new Date();
      const look = (target: RouteTarget): TargetLook => {
        const named = namer.routed(target.model, first);
        found.set(target.model, named);
        return lookAt(target, typeof named === 'string' ? named : '', facts, at);
      };
      const { targets, trace } = decide(route, facts, look, random);
      const chosen = targets.map(({ model }) => found.get(model)).filter((each) => typeof each === 'object');
      return { targets: chosen, trace: JSON.stringify(trace), reason: trace.reason };
    },
  };

  function lookAt({ model, contextWindow }: RouteTarget, obstacle: string, facts: RequestFacts, at: Date): TargetLook {
    const [provider, name] = split(model);
    return {
      obstacle,
      state: states.look(model),
      contextWindow: contextWindow ?? contextWindowOf(provider, name),
      cost: estimateCost(provider, name, facts, rules(), at),
    };
  }

  /** Whoever lists a model of that very name, and can be called. */
  function bySuffix(name: string, first: Target): CompiledRoute | null {
    const suffix = readSuffix(name);
    if (suffix === null || namesProvider(suffix.model)) return null;
    const at = new Date();
    const targets = providers
      .filter((provider) => findPrices(provider.name, [suffix.model], at, rules())?.doubt === '')
      .map((provider) => ({ model: `${provider.name}/${suffix.model}`, weight: 1 }))
      .filter(({ model }) => typeof namer.routed(model, first) === 'object');
    return { id: '', targets, strategy: suffix.strategy, rules: [] };
  }

  /** Suffixes behind `openrouter/…` are OpenRouter's own. */
  function namesProvider(model: string): boolean {
    const [provider] = split(model);
    return model.includes('/') && providers.some((each) => each.name === provider);
  }
}
export type Router = ReturnType<typeof createRouter>;

function split(model: string): readonly [string, string] {
  const slash = model.indexOf('/');
  return [model.slice(0, slash), model.slice(slash + 1)];
}
