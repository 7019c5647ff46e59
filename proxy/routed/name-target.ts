import type { Provider } from '../../domain/providers.ts';
import { readConditions } from '../../domain/routing/conditions.ts';
import type { Resolver } from '../upstream.ts';
import { targetAt } from './plan.ts';
import type { Target } from './target.ts';

export interface TargetNamerParts {
  readonly resolver: Resolver;
  /** The key that the configuration has for a provider, '' where it has none. */
  readonly keyOf: (provider: Provider) => string;
}

/** Of names of models to the targets that they mean; a text says why there is none. `first` is who the path means. */
export function createTargetNamer({ resolver, keyOf }: TargetNamerParts) {
  function resolve(name: string, { destination }: Target) {
    const provider = resolver.providerNamed(name);
    return provider && resolver.resolveNamed(name, destination.rest.replace(/^\/v1(?=\/)/, provider.apiPath));
  }

  function at(name: string, first: Target): Found | null {
    const slash = name.indexOf('/');
    const resolution = slash === -1 ? null : resolve(name.slice(0, slash), first);
    if (resolution === null) return null;
    if (resolution.kind === 'unknown') return { fault: resolution.message };
    const { destination } = resolution;
    const { provider } = destination;
    if (provider.style !== first.destination.provider.style) {
      const fault = `${provider.title} does not speak the format of this path, and nothing is translated yet`;
      return { fault: `${JSON.stringify(name)}: ${fault}` };
    }
    return {
      target: { ...targetAt(destination), model: name.slice(slash + 1) },
      isSame: destination.upstream === first.destination.upstream,
      own: keyOf(provider),
    };
  }

  return {
    /** As the app names it: the first one that it asks for gets the credentials that came with the request. */
    asked(name: string, first: Target, isFirst: boolean): Target | string {
      const found = at(name, first);
      if (found === null) return { ...first, model: name, stateKey: '' };
      if ('fault' in found) return found.fault;
      const { target, isSame, own } = found;
      if (!isSame && !isFirst && own === '') return missingKey(name, target.destination.provider);
      return isSame || own === '' ? target : withKey(target, own);
    },
    /** As a route names it: the app knows of no other provider than the path's, so no other gets its credentials. */
    routed(name: string, first: Target): Target | string {
      const found = at(name, first);
      if (found === null) return `no provider is called ${name.slice(0, name.indexOf('/'))}`;
      if ('fault' in found) return found.fault;
      const target = { ...found.target, stateKey: name, leadsOnWhen: anyTrouble };
      if (found.own !== '') return withKey(target, found.own);
      if (found.isSame) return target;
      // Machines of one's own behind plain http rarely ask for a key.
      if (target.destination.upstream.startsWith('http:')) return { ...target, keepsCredentials: false };
      return missingKey(name, target.destination.provider);
    },
  };
}
export type TargetNamer = ReturnType<typeof createTargetNamer>;

/** As without a list, and where a target does not know the model after all, whatever the catalogue says. */
const anyTrouble = readConditions([404, 429, { from: 500, to: 599 }, 'timeout', 'context_window', 'content_policy']);

type Found =
  | { readonly fault: string }
  | { readonly target: Target; readonly isSame: boolean /** '' = none. */; readonly own: string };

function missingKey(name: string, provider: Provider): string {
  return `${JSON.stringify(name)}: the key that this request carries is not ${provider.title}’s; name the variable with its key under providers.${provider.name}.keyFrom in spendlens.yaml`;
}

/** https://docs.claude.com/en/api/overview, https://ai.google.dev/gemini-api/docs/api-key; all others take a bearer. */
export function withKey(target: Target, key: string): Target {
  const { style } = target.destination.provider;
  const name = style === 'anthropic' ? 'x-api-key' : style === 'google' ? 'x-goog-api-key' : 'authorization';
  const value = name === 'authorization' ? `Bearer ${key}` : key;
  return { ...target, keepsCredentials: false, headers: { ...target.headers, [name]: value } };
}
