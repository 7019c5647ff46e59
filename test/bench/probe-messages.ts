/** What the bench asks of a process that it measures, and the answers. */
export interface ToProbe {
  readonly probe: 'begin' | 'end' | 'beginProfile' | 'endProfile';
}

export interface HeapWork {
  /** Pauses of the main thread for garbage collection. */
  readonly gcMicros: number;
  readonly allocatedBytes: number;
}

export interface Usage extends HeapWork {
  /** Of all threads, user and system. */
  readonly cpuMicros: number;
  /** Of the main thread alone. */
  readonly mainMicros: number;
}

/** Share of the main thread's samples by what it was busy with, idle time aside. */
export type Parts = Readonly<Record<string, number>>;

export type FromProbe =
  | { readonly probe: 'begun' }
  | ({ readonly probe: 'usage' } & Usage)
  | { readonly probe: 'profile'; readonly parts: Parts };
