import type { LostCounts } from './environment.ts';

const none: LostCounts = { exchanges: 0, bodies: 0 };

/** Counts what was given up until an accepted exchange has told it. */
export interface Losses {
  /** For the exchange that is about to be appended; it comes back through `returned` if that fails. */
  take(): LostCounts;
  returned(told: LostCounts): void;
  countExchange(): void;
  countBody(): void;
  untold(): LostCounts;
  /** Since opening. */
  dropped(): number;
  shed(): number;
}

export function createLosses(inherited: LostCounts): Losses {
  let untold = inherited;
  let dropped = 0;
  let shed = 0;
  return {
    take() {
      const taken = untold;
      untold = none;
      return taken;
    },
    returned(told) {
      untold = addLost(untold, told);
    },
    countExchange() {
      dropped++;
      untold = addLost(untold, { exchanges: 1, bodies: 0 });
    },
    countBody() {
      shed++;
      untold = addLost(untold, { exchanges: 0, bodies: 1 });
    },
    untold: () => untold,
    dropped: () => dropped,
    shed: () => shed,
  };
}

export function addLost(a: LostCounts, b: LostCounts): LostCounts {
  return { exchanges: a.exchanges + b.exchanges, bodies: a.bodies + b.bodies };
}

export const sameLost = (a: LostCounts, b: LostCounts) => a.exchanges === b.exchanges && a.bodies === b.bodies;
