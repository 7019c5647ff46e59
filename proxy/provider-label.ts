import type { Provider } from '../domain/providers.ts';

/** The `provider` of a metric. */
export type ProviderLabel = (name: string) => string;

/** Addresses that apps bring themselves are one: with a label each, callers could fill the memory of every scraper. */
export function createProviderLabel(providers: readonly Pick<Provider, 'name'>[]): ProviderLabel {
  const names = new Set(providers.map(({ name }) => name));
  return function providerLabel(name) {
    return names.has(name) ? name : 'other';
  };
}
