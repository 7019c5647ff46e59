/** One call as its sender saw it. */
export interface Entry {
  readonly id: string;
  /** By the provider's price list: what its row must cost, in n$. */
  readonly costNano: bigint;
  readonly sentAt: number;
  /** When the whole answer was there; null while it is not, and for ever where the connection broke. */
  completeAt: number | null;
  /** What came instead of an answer. */
  failure: string;
}

/** The sender's own books, kept in a process that no fault touches. */
export interface Ledger {
  readonly entries: readonly Entry[];
  /** Exchanges that cannot become rows, written on purpose. */
  poisoned: number;
  /** When a proxy was killed, on the sender's clock. */
  readonly proxyKilledAt: number[];
  /** When a proxy that had stood still went on. */
  readonly proxyResumedAt: number[];
  begin(call: Omit<Entry, 'completeAt' | 'failure'>): Entry;
}

/** gpt-4o-mini: input at 150 n$ a token, output at 600 n$. */
export function callCostNano({ inputTokens, outputTokens }: { inputTokens: number; outputTokens: number }): bigint {
  return 150n * BigInt(inputTokens) + 600n * BigInt(outputTokens);
}

export function createLedger(): Ledger {
  const entries: Entry[] = [];
  return {
    entries,
    poisoned: 0,
    proxyKilledAt: [],
    proxyResumedAt: [],
    begin(call) {
      const entry: Entry = { ...call, completeAt: null, failure: '' };
      entries.push(entry);
      return entry;
    },
  };
}
