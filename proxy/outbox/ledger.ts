/** Sizes and times of this owner's entries that are still on the disk, oldest first: trimming needs no read. */
export interface Ledger {
  append(bytes: number, at: number): void;
  /** Entries with a seq up to `mark`, at most `limit` of them; they stay until `drop`. */
  upTo(mark: number, limit: number): { firstSeq: number; count: number; bytes: number };
  drop(count: number): void;
  /** When the oldest entry came, null when there is none. */
  oldestAt(): number | null;
}

export function createLedger(): Ledger {
  let bytes: number[] = [];
  let times: number[] = [];
  let head = 0;
  let headSeq = 1;

  return {
    append(size, at) {
      bytes.push(size);
      times.push(at);
    },
    upTo(mark, limit) {
      const count = Math.max(0, Math.min(mark - headSeq + 1, limit, bytes.length - head));
      let sum = 0;
      for (let index = head; index < head + count; index++) sum += bytes[index] ?? 0;
      return { firstSeq: headSeq, count, bytes: sum };
    },
    drop(count) {
      head += count;
      headSeq += count;
      // Moved seldom, so that dropping stays cheap however long the backlog is.
      if (head < 4096 || head < bytes.length / 2) return;
      bytes = bytes.slice(head);
      times = times.slice(head);
      head = 0;
    },
    oldestAt: () => times[head] ?? null,
  };
}
