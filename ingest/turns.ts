/** Gives a turn back; doing so again does nothing. */
export type GiveBack = () => void;

/** What one loop has of the turns that all loops of the process share. */
export interface Turns {
  /** In the order of asking. */
  take(): Promise<GiveBack>;
  /** Null where all are taken. */
  tryTake(): GiveBack | null;
  /** The loop has ended: whatever it still holds is given back, and nothing is given to it any more. */
  end(): void;
}

/**
 * Returns `turnsOf()`, for each loop. A slice takes up to 50 MB while it is prepared and sent, and one thread has
 * nothing from preparing one for each of a dozen partitions.
 */
export function shareTurns(count: number): () => Turns {
  const waiting: ((give: GiveBack) => void)[] = [];
  let free = count;

  function grant(): GiveBack {
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const next = waiting.shift();
      if (next) next(grant());
      else free++;
    };
  }

  function tryTake(): GiveBack | null {
    if (free === 0) return null;
    free--;
    return grant();
  }

  return function turnsOf() {
    const mine = new Set<GiveBack>();
    let ended = false;
    const keep = (give: GiveBack): GiveBack => {
      mine.add(give);
      if (ended) give();
      return () => {
        mine.delete(give);
        give();
      };
    };
    return {
      async take() {
        return keep(tryTake() ?? (await new Promise<GiveBack>((resolve) => waiting.push(resolve))));
      },
      tryTake() {
        const give = ended ? null : tryTake();
        return give && keep(give);
      },
      end() {
        ended = true;
        for (const give of mine) give();
      },
    };
  };
}
