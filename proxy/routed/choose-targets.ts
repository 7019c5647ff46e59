import { matchesGlob } from '../../domain/prices/glob.ts';
import type { Provider } from '../../domain/providers.ts';
import { readConditions } from '../../domain/routing/conditions.ts';
import { readRequestFacts } from '../../domain/routing/request-facts.ts';
import type { CompiledRoute } from '../../domain/routing/route.ts';
import type { FallbackRule } from '../../domain/routing/settings.ts';
import { isObject, type JsonObject, listAt, textAt } from '../../domain/usage/json.ts';
import { readRequest } from '../../domain/usage/read-request.ts';
import { type Assignment, assignVariant } from '../experiments.ts';
import { type TargetNamer, type TargetNamerParts, withKey } from './name-target.ts';
import { type RoutePlan, targetAt } from './plan.ts';
import type { Router } from './router.ts';
import { formatOf, type Target } from './target.ts';

/** Who is called, in which order, and what the body says once the proxy's own words are out of it. */
export type Chosen =
  | {
      readonly kind: 'chosen';
      readonly targets: readonly [Target, ...Target[]];
      readonly body: JsonObject | null;
      /** The part that it takes in an experiment. */
      readonly assignment: Assignment | null;
      /** JSON of domain/routing/trace; '' where no route decided. */
      readonly routing: string;
    }
  | { readonly kind: 'refused'; readonly message: string; readonly routing: string };

export interface ChooserParts extends TargetNamerParts {
  readonly namer: TargetNamer;
  readonly router: Router;
}

const MAX_MODELS = 10;
/** A variant is on trial: whatever it fails with, its control is asked. */
const anyFailure = readConditions([{ from: 400, to: 599 }, 'timeout', 'context_window', 'content_policy']);

/** `body` is the request's, null where it is no JSON object; it comes back changed only where it had to be. */
export function createChooser({ resolver, keyOf, namer, router }: ChooserParts) {
  return function choose(plan: RoutePlan, body: JsonObject | null, requestId: string): Chosen {
    const chosen = chooseTargets(plan, body);
    if (chosen.kind === 'refused' || body === null || plan.experiments.length === 0) return chosen;
    const { destination } = plan.targets[0];
    const parsed = { kind: 'json', value: body } as const;
    const { model, userId } = readRequest(formatOf(plan.targets[0]), destination.path, parsed);
    const asked = { model, userId: plan.tags.userId || userId, sessionId: plan.tags.sessionId, requestId };
    const assignment = assignVariant(plan.experiments, asked, plan.forcedVariant);
    return assignment === null
      ? chosen
      : { ...chosen, assignment, targets: variantTargets(chosen.targets, assignment) };
  };

  function chooseTargets(plan: RoutePlan, body: JsonObject | null): Chosen {
    if (body === null) return { kind: 'chosen', targets: plan.targets, body, ...unsteered };
    if (plan.isUnified && plan.targets[0].index === null) {
      const named = chooseNamed(plan, body);
      if (named !== null) return named;
    }
    const rule = plan.targets.length > 1 ? undefined : plan.rules.find((each) => holdsFor(each, textAt(body, 'model')));
    if (rule === undefined) return { kind: 'chosen', targets: plan.targets, body, ...unsteered };
    return chooseByRule(plan, rule, body);
  }

  /** The variant's targets before those of the control, which answers where they fail: no experiment costs an answer. */
  function variantTargets(
    targets: readonly [Target, ...Target[]],
    { variant, control }: Assignment,
  ): readonly [Target, ...Target[]] {
    const [first, ...others] = targets;
    const untouched: [Target, ...Target[]] = [
      { ...first, variant: control },
      ...others.map((each) => ({ ...each, variant: control })),
    ];
    if (variant.name === control) return untouched;
    const own = [variant.model ?? '', ...variant.fallbacks]
      .map((name) => (name === '' ? first : namer.asked(name, first, false)))
      // One that cannot be called, for want of a key or of its format, is left to the control.
      .filter((target) => typeof target !== 'string')
      .map((target) => ({
        ...target,
        bodyKeys: { ...target.bodyKeys, ...variant.parameters },
        leadsOnWhen: anyFailure,
        variant: variant.name,
      }));
    const [head, ...rest] = own;
    return head === undefined ? untouched : [head, ...rest, ...untouched];
  }

  /**
   * The unified base URL: virtual models, `provider/model`, and `models` with `route: "fallback"`. Null where the body
   * names nothing.
   */
  function chooseNamed(plan: RoutePlan, body: JsonObject): Chosen | null {
    const { models: _models, route: _route, ...rest } = body;
    const [first] = plan.targets;
    const fault = faultInModels(body);
    if (fault !== '') return refuse(fault);
    const listed = listAt(body, 'models').filter((name) => typeof name === 'string');
    const asked = textAt(body, 'model');
    const route = router.routeFor(asked, first);
    const chosen = route === null ? null : chooseRouted(plan, route, body);
    if (chosen?.kind === 'refused') return chosen;
    const targets: Target[] = chosen === null ? [] : [...chosen.targets];
    for (const name of new Set([...(chosen === null ? [asked] : []), ...listed.filter((each) => each !== asked)])) {
      if (name === '') continue;
      if (name !== asked && router.routeFor(name, first) !== null) return refuse(misplaced(name));
      const target = namer.asked(name, first, targets.length === 0);
      if (typeof target === 'string') return refuse(target);
      targets.push(target);
    }
    const [head, ...others] = targets;
    if (head === undefined) return null;
    return {
      kind: 'chosen',
      targets: [head.model === asked ? { ...head, model: '' } : head, ...others],
      body: Object.keys(rest).length === Object.keys(body).length ? body : rest,
      assignment: null,
      routing: chosen?.routing ?? '',
    };
  }

  function chooseRouted({ targets: [first], tags }: RoutePlan, route: CompiledRoute, body: JsonObject): Chosen {
    const { targets, trace, reason } = router.route(route, readRequestFacts(body, tags), first);
    const [head, ...others] = targets;
    if (head === undefined) return { kind: 'refused', message: `${textAt(body, 'model')}: ${reason}`, routing: trace };
    return { kind: 'chosen', targets: [head, ...others], body, assignment: null, routing: trace };
  }

  function chooseByRule({ targets }: RoutePlan, rule: FallbackRule, body: JsonObject): Chosen {
    const first = { ...targets[0], leadsOnWhen: readConditions(rule.on) };
    const chain: Target[] = [];
    for (const { provider: name, model = '' } of rule.to) {
      const { destination } = first;
      if (name === destination.provider.name) {
        chain.push({ ...first, model });
        continue;
      }
      const resolution = resolver.resolveNamed(
        name,
        translated(destination.rest, destination.provider, resolver.providerNamed(name)),
      );
      if (resolution?.kind !== 'found') return refuse(resolution?.message ?? `no provider is called ${name}`);
      const target = { ...targetAt(resolution.destination), model, leadsOnWhen: first.leadsOnWhen };
      const own = keyOf(resolution.destination.provider);
      chain.push(own === '' ? { ...target, keepsCredentials: false } : withKey(target, own));
    }
    return { kind: 'chosen', targets: [first, ...chain], body, ...unsteered };
  }
}
export type Chooser = ReturnType<typeof createChooser>;

/** Neither by an experiment nor by a route. */
const unsteered = { assignment: null, routing: '' } as const;

function refuse(message: string): Chosen {
  return { kind: 'refused', message, routing: '' };
}

function misplaced(name: string): string {
  return `models: ${JSON.stringify(name)} is decided by a route, and stands in model alone`;
}

/** Each provider's API begins at a path of its own. */
function translated(rest: string, from: Provider, to: Provider | null): string {
  if (to === null || from.style !== 'openai' || !rest.startsWith(`${from.apiPath}/`)) return rest;
  return to.apiPath + rest.slice(from.apiPath.length);
}

function holdsFor({ models }: FallbackRule, model: string): boolean {
  return models.length === 0 || models.some((pattern) => matchesGlob(pattern, model));
}

function faultInModels(body: JsonObject): string {
  const { models, route } = body;
  if (route !== undefined && route !== 'fallback')
    return `route: expected "fallback", found ${JSON.stringify(route)?.slice(0, 80)}`;
  if (models === undefined) return '';
  const isList =
    Array.isArray(models) &&
    models.length <= MAX_MODELS &&
    models.every((name) => typeof name === 'string' && name !== '');
  return isList ? '' : `models: expected a list of at most ${MAX_MODELS} names`;
}

export function asObject(value: unknown): JsonObject | null {
  return isObject(value) ? value : null;
}
