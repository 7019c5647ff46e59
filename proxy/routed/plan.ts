import type { IncomingHttpHeaders } from 'node:http';
import type { Tags } from '../../domain/exchange.ts';
import { readConditions } from '../../domain/routing/conditions.ts';
import type { FallbackRule } from '../../domain/routing/settings.ts';
import type { RunningExperiment } from '../../domain/snapshot.ts';
import type { CacheAsks } from '../cache/asks.ts';
import { candidatesFor } from '../experiments.ts';
import type { RateLimitPolicy } from '../rate-limit/policy.ts';
import { isSecretName } from '../redact.ts';
import type { Destination, Resolution, Resolver } from '../upstream.ts';
import type { FallbackEntry } from './fallback-header.ts';
import type { RetrySettings } from './retry.ts';
import { formatOf, type Target } from './target.ts';
import { tellsUsageWhenAsked } from './usage-chunk.ts';

/** What a request's own headers ask of the routed lane. */
export interface RoutedAsks {
  readonly retry: RetrySettings | null;
  readonly fallbacks: readonly FallbackEntry[];
  readonly streamUsage: boolean;
  readonly cache: CacheAsks | null;
  readonly limit: RateLimitPolicy | null;
  /** `EXPERIMENT=VARIANT`, to try a variant out; '' for none. */
  readonly forcedVariant: string;
}

export const nothingRouted: RoutedAsks = {
  retry: null,
  fallbacks: [],
  streamUsage: false,
  cache: null,
  limit: null,
  forcedVariant: '',
};

/** What the routed lane does with a request, as far as it is known before its body. */
export interface RoutePlan {
  readonly retry: RetrySettings | null;
  /** In the order in which they are called. */
  readonly targets: readonly [Target, ...Target[]];
  /** Of the configuration's, those that the body's model may call for. */
  readonly rules: readonly FallbackRule[];
  /** Those that may take it, once the body has told its model and user. */
  readonly experiments: readonly RunningExperiment[];
  readonly forcedVariant: string;
  readonly tags: Tags;
  readonly isUnified: boolean;
  readonly asksUsage: boolean;
  readonly cache: CacheAsks | null;
  readonly limit: RateLimitPolicy | null;
  /** As they go to the first target. */
  readonly headers: IncomingHttpHeaders;
}

export type Planned =
  | { readonly kind: 'pass' }
  | { readonly kind: 'routed'; readonly plan: RoutePlan }
  | { readonly kind: 'refused'; readonly code: 'request_invalid' | 'target_refused'; readonly message: string };

export interface PlanParts {
  readonly asks: RoutedAsks;
  readonly resolution: Extract<Resolution, { kind: 'found' }>;
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  /** As the caller sent it, which a target of its own is named beside. */
  readonly url: string;
  readonly tags: Tags;
}

/** Bodies that can name their models: https://openrouter.ai/docs/features/model-routing */
const NAMES_MODELS = /\/(?:chat\/completions|completions|responses|embeddings|messages)(?:\?|$)/;

export interface PlannerParts {
  readonly resolver: Resolver;
  readonly rules: readonly FallbackRule[];
  readonly experiments: () => readonly RunningExperiment[];
  /** False where several workers would each have a cache and limits of their own. */
  readonly hasSharedState: boolean;
}

const pass: Planned = { kind: 'pass' };
const noSharedState =
  'Helicone-Cache-… and Helicone-RateLimit-Policy need state that all proxy workers share: set REDIS_URL, or run one worker';

export function createPlanner({ resolver, rules, experiments, hasSharedState }: PlannerParts) {
  return function plan(parts: PlanParts): Planned {
    return concernsNobody(parts) ? pass : planRoute(parts);
  };

  /** Most requests, which pay for no more than this look. */
  function concernsNobody({ asks, resolution: { destination, isUnified } }: PlanParts): boolean {
    if (asks !== nothingRouted || isUnified || destination.isCallersOwn) return false;
    const { name, streamUsage } = destination.provider;
    return !streamUsage && experiments().length === 0 && !rules.some(({ provider }) => provider === name);
  }

  function planRoute({ asks, resolution, method, headers, url, tags }: PlanParts): Planned {
    const { destination } = resolution;
    const first = targetAt(destination);
    const matching = rules.filter(
      (rule) => rule.provider === destination.provider.name && (rule.feature === '' || rule.feature === tags.feature),
    );
    const posts = method === 'POST';
    const isUnified = resolution.isUnified && posts && NAMES_MODELS.test(destination.path);
    const tellsUsage = posts && tellsUsageWhenAsked(formatOf(first));
    const asksUsage = tellsUsage && (asks.streamUsage || destination.provider.streamUsage);
    const cache = posts ? asks.cache : null;
    const sharesState = cache !== null || asks.limit !== null;
    if (sharesState && !hasSharedState) return { kind: 'refused', code: 'request_invalid', message: noSharedState };
    const asksAnything = asks.retry !== null || asks.fallbacks.length > 0 || asksUsage || sharesState;
    const candidates = posts ? candidatesFor(experiments(), { provider: destination.provider.name, tags }) : [];
    const isPlain = !asksAnything && !isUnified && !destination.isCallersOwn && candidates.length === 0;
    if (isPlain && (matching.length === 0 || !posts)) return pass;
    const listed = resolveEntries(asks.fallbacks, destination, url);
    if (typeof listed === 'string') return { kind: 'refused', code: 'target_refused', message: listed };
    const targets = inOrder(first, listed, resolution.isUnified);
    return {
      kind: 'routed',
      plan: {
        retry: asks.retry,
        targets,
        rules: posts ? matching : [],
        experiments: candidates,
        forcedVariant: asks.forcedVariant,
        tags,
        isUnified,
        // Whoever's body is read anyway has its usage asked for too.
        asksUsage: tellsUsage,
        cache,
        limit: asks.limit,
        headers,
      },
    };
  }

  function resolveEntries(entries: readonly FallbackEntry[], first: Destination, url: string): Target[] | string {
    const targets: Target[] = [];
    for (const [index, entry] of entries.entries()) {
      const address = entry['target-url'];
      const resolution = address === '' ? null : resolver.resolveTarget(address, url);
      if (resolution?.kind === 'unknown') return `Helicone-Fallbacks: ${index}.target-url: ${resolution.message}`;
      targets.push(fromEntry(entry, index, resolution?.destination ?? first, first));
    }
    return targets;
  }
}
export type Planner = ReturnType<typeof createPlanner>;

export function targetAt(destination: Destination): Target {
  return {
    destination,
    model: '',
    bodyKeys: {},
    headers: {},
    keepsCredentials: true,
    leadsOnWhen: readConditions(undefined),
    index: null,
    variant: '',
    namesAddress: false,
    stateKey: '',
  };
}

function fromEntry(entry: FallbackEntry, index: number, destination: Destination, first: Destination): Target {
  const headers = Object.fromEntries(Object.entries(entry.headers).map(([name, value]) => [name.toLowerCase(), value]));
  const bringsOwn = Object.keys(headers).some(isSecretName);
  return {
    destination,
    model: entry.model,
    bodyKeys: entry.bodyKeyOverride,
    headers,
    keepsCredentials: !bringsOwn && destination.upstream === first.upstream,
    leadsOnWhen: readConditions(entry.onCodes),
    index,
    variant: '',
    namesAddress: entry['target-url'] !== '',
    stateKey: '',
  };
}

/**
 * On the reference's gateway the list is the whole chain. Elsewhere the path names the first target, and a list that
 * begins with that same one says how to call it.
 */
function inOrder(first: Target, listed: readonly Target[], isUnified: boolean): readonly [Target, ...Target[]] {
  const [head, ...rest] = listed;
  if (head === undefined) return [first];
  const isSame = head.namesAddress && head.model === '' && head.destination.upstream === first.destination.upstream;
  if (!isUnified && !isSame) return [first, head, ...rest];
  // Whatever credentials the request carries, it is the first target that they were sent for.
  const bringsOwn = Object.keys(head.headers).some(isSecretName);
  return [{ ...head, keepsCredentials: !bringsOwn }, ...rest];
}
