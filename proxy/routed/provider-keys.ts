import { SpendlensError } from '../../domain/error.ts';
import type { Named } from '../../domain/prices/rules.ts';
import type { Provider } from '../../domain/providers.ts';
import type { Route } from '../../domain/routing/route.ts';
import type { FallbackRule } from '../../domain/routing/settings.ts';

/** What the configuration has the proxy call by itself. */
export interface Chains {
  readonly fallbacks: readonly FallbackRule[];
  readonly routes: readonly Named<Route>[];
}

/** Whose credentials come with requests of the unified base URL. */
const unified: ReadonlySet<string> = new Set(['openai', 'anthropic', 'google']);

/**
 * The keys that the proxy has for providers of its own choosing, from the variables that `providers.NAME.keyFrom` name.
 * @throws SpendlensError config_invalid where one is missing, or where a fallback or a route leads to a provider without one.
 */
export function readProviderKeys(
  providers: readonly Provider[],
  { fallbacks, routes }: Chains,
  env: Readonly<Record<string, string | undefined>>,
): (provider: Provider) => string {
  const keys = new Map<string, string>();
  for (const { name, keyFrom } of providers) {
    if (keyFrom === '') continue;
    const key = env[keyFrom] ?? '';
    if (key === '') throw invalid(`providers.${name}.keyFrom names ${keyFrom}, which is not set`);
    keys.set(name, key);
  }
  function check(place: string, name: string, bringsOwn: boolean): void {
    const found = providers.find((each) => each.name === name);
    if (!found) throw invalid(`${place}: no provider is called ${name}`);
    if (found.baseUrl.includes('{')) throw invalid(`${place}: ${name} needs more than a name to be called`);
    // Machines of one's own behind plain http rarely ask for a key.
    if (bringsOwn || keys.has(name) || found.baseUrl.startsWith('http:')) return;
    throw invalid(`${place}: set providers.${name}.keyFrom, the variable that holds the key for ${name}`);
  }
  for (const { id, provider, to } of fallbacks) {
    check(`fallbacks.${id}`, provider, true);
    for (const target of to) check(`fallbacks.${id}`, target.provider, target.provider === provider);
  }
  for (const { id, value } of routes) {
    for (const { model } of [value, ...value.rules].flatMap(({ targets }) => targets ?? [])) {
      const name = model.slice(0, model.indexOf('/'));
      check(`routes.${id}`, name, unified.has(name));
    }
  }
  return ({ name }) => keys.get(name) ?? '';
}

function invalid(message: string): SpendlensError {
  return new SpendlensError('config_invalid', message);
}
