import type { Config } from '../../domain/config.ts';
import { SpendlensError } from '../../domain/error.ts';
import type { Provider } from '../../domain/providers.ts';

/**
 * The keys that the proxy has for providers of its own choosing, from the variables that `providers.NAME.keyFrom` name.
 * @throws SpendlensError config_invalid where one is missing, or where a fallback leads to a provider without one.
 */
export function readProviderKeys(
  providers: readonly Provider[],
  fallbacks: Config['fallbacks'],
  env: Readonly<Record<string, string | undefined>>,
): (provider: Provider) => string {
  const keys = new Map<string, string>();
  for (const { name, keyFrom } of providers) {
    if (keyFrom === '') continue;
    const key = env[keyFrom] ?? '';
    if (key === '') throw invalid(`providers.${name}.keyFrom names ${keyFrom}, which is not set`);
    keys.set(name, key);
  }
  for (const { id, provider, to } of fallbacks ?? []) {
    for (const name of [provider, ...to.map((target) => target.provider)]) {
      const found = providers.find((each) => each.name === name);
      if (!found) throw invalid(`fallbacks.${id}: no provider is called ${name}`);
      if (found.baseUrl.includes('{')) throw invalid(`fallbacks.${id}: ${name} needs more than a name to be called`);
      // Machines of one's own behind plain http rarely ask for a key.
      if (name === provider || keys.has(name) || found.baseUrl.startsWith('http:')) continue;
      throw invalid(`fallbacks.${id}: set providers.${name}.keyFrom, the variable that holds the key for ${name}`);
    }
  }
  return ({ name }) => keys.get(name) ?? '';
}

function invalid(message: string): SpendlensError {
  return new SpendlensError('config_invalid', message);
}
