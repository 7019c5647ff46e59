/** State that outlives a request: of the one worker, or of all that ask the same Redis. */
export interface SharedStore {
  /** Null where nothing stands. Rejects where the store does not answer. */
  get(key: string): Promise<Uint8Array | null>;
  put(key: string, value: Uint8Array, ttlMs: number): Promise<void>;
  /**
   * A token bucket, full when it is new: refills it to `now`, and takes `cost` out of it where `needed` is there. `cost`
   * may exceed what is there where `needed` is less: the bucket then owes. One such call at a time, whoever asks.
   */
  takeTokens(key: string, bucket: TokenBucket): Promise<Taken>;
  /** Null where another holds it. It lapses when its holder dies. */
  claim(key: string): Promise<Claim | null>;
  isClaimed(key: string): Promise<boolean>;
  close(): Promise<void>;
}

/** What one of all that ask the same store may have at a time. */
export interface Claim {
  release(): void;
}

export interface TokenBucket {
  readonly capacity: number;
  /** Tokens a millisecond. */
  readonly refillPerMs: number;
  readonly needed: number;
  readonly cost: number;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export interface Taken {
  readonly granted: boolean;
  /** After this call. */
  readonly tokens: number;
}

/** The arithmetic of a bucket, which the Lua script of the other store repeats line by line. */
export function takeFrom(
  state: { readonly tokens: number; readonly at: number } | null,
  { capacity, refillPerMs, needed, cost, now }: TokenBucket,
): Taken {
  const elapsed = state === null ? 0 : Math.max(0, now - state.at);
  const filled = state === null ? capacity : Math.min(capacity, state.tokens + elapsed * refillPerMs);
  const granted = filled >= needed;
  return { granted, tokens: granted ? filled - cost : filled };
}
