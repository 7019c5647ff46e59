import { matchesGlob } from '../../domain/prices/glob.ts';
import type { Provider } from '../../domain/providers.ts';
import { readConditions } from '../../domain/routing/conditions.ts';
import type { FallbackRule } from '../../domain/routing/settings.ts';
import { isObject, type JsonObject, listAt, textAt } from '../../domain/usage/json.ts';
import { readRequest } from '../../domain/usage/read-request.ts';
import { type Assignment, assignVariant } from '../experiments.ts';
import type { Resolver } from '../upstream.ts';
import { type RoutePlan, targetAt } from './plan.ts';
import { formatOf, type Target } from './target.ts';

/** Who is called, in which order, and what the body says once the proxy's own words are out of it. */
export type Chosen =
  | {
      readonly kind: 'chosen';
      readonly targets: readonly [Target, ...Target[]];
      readonly body: JsonObject | null;
      /** The part that it takes in an experiment. */
      readonly assignment: Assignment | null;
    }
  | { readonly kind: 'refused'; readonly message: string };

export interface ChooserParts {
  readonly resolver: Resolver;
  /** The key that the configuration has for a provider, '' where it has none. */
  readonly keyOf: (provider: Provider) => string;
}

const MAX_MODELS = 10;
/** A variant is on trial: whatever it fails with, its control is asked. */
const anyFailure = readConditions([{ from: 400, to: 599 }, 'timeout', 'context_window', 'content_policy']);

/** `body` is the request's, null where it is no JSON object; it comes back changed only where it had to be. */
export function createChooser({ resolver, keyOf }: ChooserParts) {
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
    if (body === null) return { kind: 'chosen', targets: plan.targets, body, assignment: null };
    if (plan.isUnified && plan.targets[0].index === null) {
      const named = chooseNamed(plan, body);
      if (named !== null) return named;
    }
    const rule = plan.targets.length > 1 ? undefined : plan.rules.find((each) => holdsFor(each, textAt(body, 'model')));
    if (rule === undefined) return { kind: 'chosen', targets: plan.targets, body, assignment: null };
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
      .map((name) => (name === '' ? first : named(name, first, false)))
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

  /** The unified base URL: `provider/model`, and `models` with `route: "fallback"`. Null where the body says neither. */
  function chooseNamed({ targets: [first] }: RoutePlan, body: JsonObject): Chosen | null {
    const { models: _models, route: _route, ...rest } = body;
    const fault = faultInModels(body);
    if (fault !== '') return { kind: 'refused', message: fault };
    const listed = listAt(body, 'models').filter((name) => typeof name === 'string');
    const asked = textAt(body, 'model');
    const names = [...new Set([asked, ...listed].filter((name) => name !== ''))];
    const targets: Target[] = [];
    for (const name of names) {
      const target = named(name, first, targets.length === 0);
      if (typeof target === 'string') return { kind: 'refused', message: target };
      targets.push(target);
    }
    const [head, ...others] = targets;
    if (head === undefined) return null;
    const asItCame = Object.keys(rest).length === Object.keys(body).length ? body : rest;
    return {
      kind: 'chosen',
      targets: [head.model === asked ? { ...head, model: '' } : head, ...others],
      body: asItCame,
      assignment: null,
    };
  }

  function named(name: string, first: Target, isFirst: boolean): Target | string {
    const slash = name.indexOf('/');
    const resolution = slash === -1 ? null : resolve(name.slice(0, slash), first);
    if (resolution === null) return { ...first, model: name };
    if (resolution.kind === 'unknown') return resolution.message;
    const { destination } = resolution;
    const { provider } = destination;
    const asked = first.destination.provider;
    if (provider.style !== asked.style) {
      return `${JSON.stringify(name)}: ${provider.title} does not speak the format of this path, and nothing is translated yet`;
    }
    const isSame = destination.upstream === first.destination.upstream;
    const own = keyOf(provider);
    if (!isSame && !isFirst && own === '') return missingKey(JSON.stringify(name), provider);
    const target = { ...targetAt(destination), model: name.slice(slash + 1) };
    return isSame || own === '' ? target : withKey(target, own);
  }

  function resolve(name: string, { destination }: Target) {
    const provider = resolver.providerNamed(name);
    return provider && resolver.resolveNamed(name, destination.rest.replace(/^\/v1(?=\/)/, provider.apiPath));
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
      if (resolution?.kind !== 'found')
        return { kind: 'refused', message: resolution?.message ?? `no provider is called ${name}` };
      const target = { ...targetAt(resolution.destination), model, leadsOnWhen: first.leadsOnWhen };
      const own = keyOf(resolution.destination.provider);
      chain.push(own === '' ? { ...target, keepsCredentials: false } : withKey(target, own));
    }
    return { kind: 'chosen', targets: [first, ...chain], body, assignment: null };
  }
}
export type Chooser = ReturnType<typeof createChooser>;

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

function missingKey(name: string, provider: Provider): string {
  return `${name}: the key that this request carries is not ${provider.title}’s; name the variable with its key under providers.${provider.name}.keyFrom in spendlens.yaml`;
}

/** https://docs.claude.com/en/api/overview, https://ai.google.dev/gemini-api/docs/api-key; all others take a bearer. */
function withKey(target: Target, key: string): Target {
  const { style } = target.destination.provider;
  const name = style === 'anthropic' ? 'x-api-key' : style === 'google' ? 'x-goog-api-key' : 'authorization';
  const value = name === 'authorization' ? `Bearer ${key}` : key;
  return { ...target, keepsCredentials: false, headers: { ...target.headers, [name]: value } };
}

export function asObject(value: unknown): JsonObject | null {
  return isObject(value) ? value : null;
}
