/** The stated loss: the outbox's commit may return this long after the client has its last byte. */
export const COMMIT_WINDOW_MS = 250;
/** How far apart two ends may be seen by the client that come to the outbox in the other order. */
const DISORDER_MS = 50;

export interface CommitWindow {
  readonly from: number;
  readonly to: number;
}

/**
 * When what a proxy that was killed at `killedAt` had ended and not committed came to its end; all in ms since the epoch.
 * On a machine that stands still for a while one transaction takes longer; then the window reaches back to the last of
 * `committedEnds`, since commits keep the order.
 */
export function commitWindow(killedAt: number, committedEnds: readonly number[]): CommitWindow {
  const lastCommitted = Math.max(0, ...committedEnds.filter((end) => end <= killedAt));
  return {
    from: Math.min(killedAt - COMMIT_WINDOW_MS, lastCommitted - DISORDER_MS),
    to: killedAt + COMMIT_WINDOW_MS,
  };
}

export const isWithin = ({ from, to }: CommitWindow, end: number): boolean => from < end && end <= to;
