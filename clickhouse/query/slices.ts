/** What one slice brought of one outbox. */
export interface Slice {
  readonly first: number;
  readonly last: number;
  readonly exchanges: number;
  readonly deadLetters: number;
  readonly lostExchanges: number;
  readonly lostBodies: number;
}

export interface Joined {
  /** Where the last slice ends. */
  readonly lastSeq: number;
  /** Sequence numbers that some slice covers. */
  readonly delivered: number;
  /** Stretches from 1 to `lastSeq` that no slice covers, both ends included. */
  readonly holes: readonly { readonly from: number; readonly to: number }[];
  /** Slices whose own counts are not those of their stretch. */
  readonly uneven: number;
  readonly lostExchanges: number;
  readonly lostBodies: number;
}

/** Lays the slices of one outbox end to end. One that was delivered again, whole or in parts, covers no more. */
export function joinSlices(slices: readonly Slice[]): Joined {
  const sorted = [...slices].sort((one, two) => one.first - two.first || two.last - one.last);
  const holes: { from: number; to: number }[] = [];
  let lastSeq = 0;
  let lostExchanges = 0;
  let lostBodies = 0;
  for (const { first, last, ...lost } of sorted) {
    if (last <= lastSeq) continue;
    if (first > lastSeq + 1) holes.push({ from: lastSeq + 1, to: first - 1 });
    lastSeq = last;
    lostExchanges += lost.lostExchanges;
    lostBodies += lost.lostBodies;
  }
  const uncovered = holes.reduce((sum, { from, to }) => sum + to - from + 1, 0);
  const uneven = slices.filter(
    ({ first, last, exchanges, deadLetters }) => exchanges + deadLetters !== last - first + 1,
  );
  return { lastSeq, delivered: lastSeq - uncovered, holes, uneven: uneven.length, lostExchanges, lostBodies };
}
