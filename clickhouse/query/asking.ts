import type { Warehouse } from '../client.ts';

/** What every question needs: whom it asks, what time it is, and how the asker says that he no longer waits. */
export interface Asking {
  readonly warehouse: Warehouse;
  readonly now: number;
  readonly signal?: AbortSignal;
}

/** Options of a query, without the signal where there is none. */
export function optionsOf({ signal }: Asking): { signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}
