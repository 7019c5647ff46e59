import { createParser } from 'eventsource-parser';
import { isWebSocketRecord, readWebSocketRecord } from '../websocket-record.ts';
import { readTornEnd, repairEnd, type TornEvent } from './cut-json.ts';
import { readFrames } from './event-stream.ts';
import { readForm } from './form.ts';
import { isObject, parseJson } from './json.ts';

/** What was kept of a body, decoded to text. */
export interface BodyText {
  /** The whole body, or its beginning when `tail` is set. */
  readonly head: string;
  /** Its end, where the middle was cut out. */
  readonly tail: string | null;
  readonly contentType: string | null;
  /** The same as bytes, for the formats that are no text; null where the body is text. */
  readonly bytes?: { readonly head: Uint8Array; readonly tail: Uint8Array | null } | null;
}

/** True of bodies that are no text, so that whoever holds one hands its bytes on. */
export function isBinaryStream(contentType: string | null): boolean {
  return /^\s*application\/vnd\.amazon\.eventstream/i.test(contentType ?? '');
}

/** A body, read once for all who ask about it. */
export type ParsedBody =
  | { readonly kind: 'empty' }
  | { readonly kind: 'json'; readonly value: unknown }
  /** JSON with a part missing: `value` is what is complete; `closed` says that at least its end is there. */
  | { readonly kind: 'cut'; readonly value: unknown; readonly closed: boolean; readonly text: string }
  /** The `data` of a server-sent stream, or the messages of a WebSocket, unparsed: most of them concern nobody. */
  | { readonly kind: 'events'; readonly events: readonly string[]; readonly torn: TornEvent | null };

export function parseBody(body: BodyText): ParsedBody {
  const { head, tail, bytes } = body;
  if (bytes != null) return readBinary(bytes.head, bytes.tail);
  if (head === '' && tail === null) return { kind: 'empty' };
  if (isWebSocketRecord(head)) return readMessages(head, tail);
  if (isEventStream(body)) return readEvents(head, tail);
  const form = readForm(body.contentType, () => (tail === null ? head : `${head}\n${tail}`));
  if (form !== undefined) return { kind: 'json', value: form };
  if (isLines(body)) return readLines(head, tail);
  const value = tail === null ? parseJson(head) : undefined;
  return value === undefined ? readCut(head, tail) : { kind: 'json', value };
}

/** Servers that answer a stream with a plain JSON error keep the stream's content type, hence the look at the text. */
function isEventStream({ head, contentType }: BodyText): boolean {
  const start = head.slice(0, 64).trimStart();
  if (start.startsWith('{') || start.startsWith('[')) return false;
  return /^\s*text\/event-stream/i.test(contentType ?? '') || /^(data|event|id|retry)?:/.test(start);
}

/** The cut goes through a frame, which is passed over: none but the last one tells the usage. */
function readBinary(head: Uint8Array, tail: Uint8Array | null): ParsedBody {
  if (head.length === 0 && tail === null) return { kind: 'empty' };
  return { kind: 'events', events: [...readFrames(head), ...(tail === null ? [] : readFrames(tail))], torn: null };
}

/** One JSON document to a line: Ollama's streams, and the older ones of Cohere. */
function isLines({ contentType }: BodyText): boolean {
  return /^\s*application\/(x-ndjson|ndjson|jsonl|x-jsonlines|stream\+json)/i.test(contentType ?? '');
}

function readLines(head: string, tail: string | null): ParsedBody {
  const lines = (text: string) => text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const events = lines(head);
  if (tail === null) return { kind: 'events', events, torn: null };
  const [first = '', ...rest] = lines(tail);
  return {
    kind: 'events',
    events: [...events, ...rest],
    torn: { position: events.length, levels: readTornEnd(first) },
  };
}

function readMessages(head: string, tail: string | null): ParsedBody {
  const { texts, whole } = readWebSocketRecord(head, tail);
  return { kind: 'events', events: texts, torn: whole ? null : { position: texts.length, levels: [] } };
}

function readEvents(head: string, tail: string | null): ParsedBody {
  const events = eventsOf(head);
  if (tail === null) return { kind: 'events', events, torn: null };
  const line = tail.split(/[\r\n]/, 1)[0] ?? '';
  const isWhole = /^(data|event|id|retry):/.test(line);
  const torn = isWhole ? null : { position: events.length, levels: readTornEnd(line) };
  return { kind: 'events', events: [...events, ...eventsOf(tail)], torn };
}

/**
 * A tail begins within a line, which the parser passes over as no field that it knows. The blank line at the end makes
 * an event of one whose own was cut off: if its JSON is whole, it counts.
 */
function eventsOf(text: string): readonly string[] {
  const events: string[] = [];
  const parser = createParser({ onEvent: (event) => events.push(event.data) });
  parser.feed(text);
  parser.feed('\n\n');
  return events;
}

function readCut(head: string, tail: string | null): ParsedBody {
  const beginning = repairEnd(head);
  const [root, inner] = tail === null ? [] : readTornEnd(tail);
  const closed = root !== undefined;
  const text = tail === null ? head : `${head}\n${tail}`;
  if (root?.kind === 'array') {
    const first = Array.isArray(beginning) ? beginning : [];
    return { kind: 'cut', value: [...first, ...(inner ? [inner.members] : []), ...root.elements], closed, text };
  }
  if (root === undefined) return { kind: 'cut', value: beginning, closed, text };
  return { kind: 'cut', value: { ...(isObject(beginning) ? beginning : {}), ...root.members }, closed, text };
}
