/** A fleet uses few models; names that somebody makes up must not fill the memory. */
const GENERATION = 1_000;

type Kept<Value> = Map<string, Map<string, { readonly value: Value }>>;

/**
 * Returns `remembered(provider, model)`: what `find` says, kept for the last one to two thousand pairs that were asked.
 * Two generations and a Map in a Map, since moving an entry or building a key at each hit would cost more than
 * everything else in pricing a call.
 */
export function remember<Value>(find: (provider: string, model: string) => Value): typeof find {
  let young: Kept<Value> = new Map();
  let old: Kept<Value> = new Map();
  let size = 0;
  return function remembered(provider, model) {
    const hit = young.get(provider)?.get(model);
    if (hit !== undefined) return hit.value;
    const entry = old.get(provider)?.get(model) ?? { value: find(provider, model) };
    if (size >= GENERATION) {
      old = young;
      young = new Map();
      size = 0;
    }
    const models = young.get(provider) ?? new Map<string, { readonly value: Value }>();
    young.set(provider, models.set(model, entry));
    size++;
    return entry.value;
  };
}
