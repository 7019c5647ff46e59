/** How long one upstream call may take. Connecting has a limit of its own. */
export interface TimeLimits {
  /** To its status line. */
  readonly firstByteMs: number;
  /** Between two pieces of its body. */
  readonly idleMs: number;
  /** On the clock of `performance.now()`: when the whole exchange, with all its calls and waits, has to be over. */
  readonly deadlineMs: number;
}

/** Longer than any answer that somebody still waits for. */
export const DEFAULT_TOTAL_MS = 7_200_000;
