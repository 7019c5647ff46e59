import type { ParsedMessage } from '../../kafka/message.ts';
import type { Slice } from '../slice.ts';

interface Place {
  readonly offset: number;
  /** Milliseconds since 1970, by the broker's clock. */
  readonly at: number;
}

/** A message of the log; a stray one has no identity. */
export type LogMessage = Place &
  (
    | { readonly kind: 'exchange'; readonly outboxId: string; readonly seq: number; readonly encoded: Uint8Array }
    | { readonly kind: 'closed'; readonly outboxId: string; readonly lastSeq: number }
    | { readonly kind: 'stray'; readonly value: Uint8Array; readonly reason: string; buried: boolean }
  );

export type Fetched = Place & { readonly parsed: ParsedMessage; readonly value: Uint8Array | null };

/** Messages of one partition that were fetched and are not committed yet. */
export interface PartitionQueue {
  /** In the log's order. `nextOffset` is where the fetch goes on. Resends go no further than this. */
  push(messages: readonly Fetched[], nextOffset: number, highWatermark: number): void;
  all(): Iterable<LogMessage>;
  /** Those that are not done under these marks. */
  pending(marks: ReadonlyMap<string, number>): Iterable<LogMessage>;
  /** Outboxes whose last message is behind everything that is not done: their marks say nothing any more. */
  gone(marks: ReadonlyMap<string, number>): ReadonlySet<string>;
  /** The offset to commit under these marks, and under those that `gone` was asked with. */
  position(marks: ReadonlyMap<string, number>): number;
  /** These marks are committed: what is done goes. */
  settle(marks: ReadonlyMap<string, number>): void;
  /** True where more is done than is committed, though no slice says so. */
  moved(): boolean;
  /** The offset behind the last message of these. */
  endOf(slices: readonly Slice[]): number;
  /** True until what was under way when the partition was taken over has been fetched again. */
  isBehind(): boolean;
  isFull(): boolean;
  /** True where there is room for messages that wait at the broker. */
  isFilling(): boolean;
  /** Where the next fetched message is expected; null before the first. */
  expected(): number | null;
  /** Resends since the last call. */
  takeResends(): number;
  lag(): { readonly messages: number; readonly oldestAt: number | null };
}

export interface QueueStart {
  /** The committed offset; null where none is. */
  readonly offset: number | null;
  readonly marks: ReadonlyMap<string, number>;
  /** See `OffsetState.until`. */
  readonly until: number;
  readonly maxBytes: number;
  readonly onResend: () => void;
}

export function createPartitionQueue({
  offset,
  marks: startMarks,
  until,
  maxBytes,
  onResend,
}: QueueStart): PartitionQueue {
  let messages: LogMessage[] = [];
  /** Of each outbox the highest seq before the log's end as fetched: what is not above it is a resend. */
  const top = new Map(startMarks);
  const closed = new Set<string>();
  let next = offset;
  let high = 0;
  let bytes = 0;
  let resends = 0;
  /** Messages from the front that marks, now dropped, said are done. */
  let reach = 0;
  let committed = { marks: startMarks, position: offset ?? 0 };

  function isResend(parsed: ParsedMessage): boolean {
    switch (parsed.kind) {
      case 'exchange':
        return parsed.seq <= (top.get(parsed.outboxId) ?? 0);
      case 'closed':
        return closed.has(parsed.outboxId);
      case 'unidentified':
        return false;
    }
  }

  function add({ offset, at, parsed, value }: Fetched): void {
    switch (parsed.kind) {
      case 'exchange':
        top.set(parsed.outboxId, parsed.seq);
        messages.push({ offset, at, ...parsed });
        break;
      case 'closed':
        closed.add(parsed.outboxId);
        messages.push({ offset, at, ...parsed });
        break;
      case 'unidentified':
        messages.push({
          offset,
          at,
          kind: 'stray',
          value: value ?? new Uint8Array(0),
          reason: parsed.reason,
          buried: false,
        });
        break;
    }
    bytes += sizeOf(messages.at(-1));
  }

  /** How many from the front are done. */
  function doneUnder(marks: ReadonlyMap<string, number>): number {
    let done = reach;
    for (let message = messages[done]; message && isDone(message, marks); message = messages[done]) done++;
    return done;
  }

  const positionAt = (done: number) => messages[done]?.offset ?? next ?? 0;

  return {
    push(fetched, nextOffset, highWatermark) {
      // Nothing is committed yet, and the log need not begin at 0.
      if (next === null) committed = { ...committed, position: fetched[0]?.offset ?? nextOffset };
      for (const each of fetched) {
        if (!isResend(each.parsed)) add(each);
        else if (each.parsed.kind === 'exchange') {
          resends++;
          onResend();
        }
      }
      next = nextOffset;
      high = highWatermark;
    },
    all: () => messages,
    *pending(marks) {
      for (const message of messages) if (!isDone(message, marks)) yield message;
    },
    gone(marks) {
      reach = doneUnder(marks);
      const done = messages.slice(0, reach);
      return new Set(done.flatMap((message) => (message.kind === 'closed' ? [message.outboxId] : [])));
    },
    position: (marks) => positionAt(doneUnder(marks)),
    settle(marks) {
      const done = doneUnder(marks);
      const position = positionAt(done);
      for (const message of messages.slice(0, done)) bytes -= sizeOf(message);
      messages = messages.slice(done);
      reach = 0;
      committed = { marks, position };
    },
    moved: () => positionAt(doneUnder(committed.marks)) > committed.position,
    endOf(slices) {
      const ranges = Map.groupBy(
        slices.flatMap((slice) => slice.ranges),
        ({ outboxId }) => outboxId,
      );
      const last = messages.findLast(
        (message) =>
          message.kind === 'exchange' &&
          ranges
            .get(message.outboxId)
            ?.some(({ firstSeq, lastSeq }) => firstSeq <= message.seq && message.seq <= lastSeq),
      );
      return last ? last.offset + 1 : 0;
    },
    isBehind: () => (next ?? 0) < until,
    isFull: () => bytes >= maxBytes && (next ?? 0) >= until,
    isFilling: () => bytes < maxBytes && (next ?? 0) < high,
    expected: () => next,
    takeResends() {
      const taken = resends;
      resends = 0;
      return taken;
    },
    lag: () => ({ messages: Math.max(0, high - committed.position), oldestAt: messages[0]?.at ?? null }),
  };
}

function isDone(message: LogMessage, marks: ReadonlyMap<string, number>): boolean {
  switch (message.kind) {
    case 'exchange':
      return message.seq <= (marks.get(message.outboxId) ?? 0);
    case 'closed':
      return message.lastSeq <= (marks.get(message.outboxId) ?? 0);
    case 'stray':
      return message.buried;
  }
}

/** A message without a body takes its place in memory all the same. */
function sizeOf(message: LogMessage | undefined): number {
  const overhead = 200;
  switch (message?.kind) {
    case 'exchange':
      return message.encoded.length + overhead;
    case 'stray':
      return message.value.length + overhead;
    case 'closed':
      return overhead;
    case undefined:
      return 0;
  }
}
