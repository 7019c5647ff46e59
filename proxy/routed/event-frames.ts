/** An event that never ends must not be waited for. */
const MAX_EVENT_BYTES = 1024 * 1024;

const CR = 13;
const LF = 10;

/** Cuts a server-sent stream at its blank lines, byte for byte: what is put together again is what came. */
export interface EventFrames {
  /** The events that are whole now, each with the blank line at its end. */
  push(chunk: NonSharedBuffer): NonSharedBuffer[];
  /** What is left of one that never became whole; empty where there is none. */
  rest(): NonSharedBuffer;
}

export function createEventFrames(): EventFrames {
  let held: NonSharedBuffer = Buffer.alloc(0);
  return {
    push(chunk) {
      const bytes = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      // A blank line may have begun in the bytes before, at most three of them.
      const { events, end } = cut(bytes, Math.max(0, held.length - 3));
      held = bytes.subarray(end);
      if (held.length <= MAX_EVENT_BYTES) return events;
      events.push(held);
      held = Buffer.alloc(0);
      return events;
    },
    rest: () => held,
  };
}

function cut(bytes: NonSharedBuffer, from: number): { events: NonSharedBuffer[]; end: number } {
  const events: NonSharedBuffer[] = [];
  let start = 0;
  let at = from;
  while (at < bytes.length) {
    const end = blankLineEnd(bytes, at);
    if (end === -1) at++;
    else {
      events.push(bytes.subarray(start, end));
      start = end;
      at = end;
    }
  }
  return { events, end: start };
}

/** Where a blank line ends whose first line end stands at `at`; -1 where there is none. */
function blankLineEnd(bytes: NonSharedBuffer, at: number): number {
  const first = lineEnd(bytes, at);
  if (first === at) return -1;
  const second = lineEnd(bytes, first);
  return second === first ? -1 : second;
}

/** Behind the line end at `at`, or `at` itself. */
function lineEnd(bytes: NonSharedBuffer, at: number): number {
  if (bytes[at] === LF) return at + 1;
  if (bytes[at] !== CR) return at;
  return bytes[at + 1] === LF ? at + 2 : at + 1;
}

/** The `data` of one event, its lines joined; '' where it has none. */
export function dataOf(event: NonSharedBuffer): string {
  const lines = event.toString('utf8').split(/\r\n|\r|\n/);
  const data = lines.filter((line) => line.startsWith('data:')).map((line) => line.slice(5).replace(/^ /, ''));
  return data.join('\n');
}
