/** Calls under way whose answer others wait for. */
export interface Flights<T> {
  /**
   * Null for whoever comes first, who must `land` in the end; for all others what the first one brings, null where it
   * brings nothing.
   */
  join(key: string): Promise<T | null> | null;
  land(key: string, result: T | null): void;
}

export function createFlights<T>(): Flights<T> {
  const flights = new Map<string, { readonly promise: Promise<T | null>; readonly land: (result: T | null) => void }>();
  return {
    join(key) {
      const known = flights.get(key);
      if (known) return known.promise;
      const { promise, resolve } = Promise.withResolvers<T | null>();
      flights.set(key, { promise, land: resolve });
      return null;
    },
    land(key, result) {
      flights.get(key)?.land(result);
      flights.delete(key);
    },
  };
}
