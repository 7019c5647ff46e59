export interface Share {
  /** What was read after all; it may be more than was asked for, where a single entry is. */
  resize(bytes: number): void;
  giveBack(): void;
}

/** Bounds what all outboxes together hold in memory between disk and broker; first come, first served. */
export interface BytesInFlight {
  take(bytes: number): Promise<Share>;
  held(): number;
}

export function createBytesInFlight(limit: number): BytesInFlight {
  const waiting: { readonly bytes: number; readonly resolve: (share: Share) => void }[] = [];
  let held = 0;

  function grant(): void {
    for (let next = waiting[0]; next && (held === 0 || held + next.bytes <= limit); next = waiting[0]) {
      waiting.shift();
      held += next.bytes;
      next.resolve(shareOf(next.bytes));
    }
  }

  function shareOf(taken: number): Share {
    let own = taken;
    const resize = (bytes: number) => {
      held += bytes - own;
      own = bytes;
      grant();
    };
    return { resize, giveBack: () => resize(0) };
  }

  return {
    take: (bytes) =>
      new Promise((resolve) => {
        waiting.push({ bytes, resolve });
        grant();
      }),
    held: () => held,
  };
}
