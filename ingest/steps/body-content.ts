import { isUtf8 } from 'node:buffer';
import { joinCut } from '../../domain/cut-text.ts';
import { decodeContent } from '../../domain/encoding.ts';
import type { CapturedBody } from '../../domain/exchange.ts';
import { isBinaryStream } from '../../domain/usage/body.ts';

/** A captured body, out of its content encoding. */
export interface BodyContent {
  readonly contentType: string | null;
  /** For reading; bytes that are no UTF-8 stand as replacement characters. */
  readonly head: string;
  readonly tail: string | null;
  /** Also as bytes where the format is no text, else null. */
  readonly bytes: { readonly head: Uint8Array; readonly tail: Uint8Array | null } | null;
  /** For keeping: the text, or base64 behind the flag `base64`, exact in either case. */
  readonly stored: string;
  readonly flags: readonly string[];
}

/** How much decoded text one slice may hold. Beyond it a body is kept as it came over the wire: a bomb stays unlit. */
export interface TextRoom {
  left: number;
}

/** Of one body, while it is read. */
const DECODED_LIMIT = 64 * 1024 * 1024;
/** What a body may always be, however full the slice is. */
const SMALL = 16 * 1024;

export function readBody(body: CapturedBody, room: TextRoom): BodyContent {
  const { contentType, contentEncoding } = body;
  const flags = new Set<string>(body.flags);
  const head = decodeContent(body.head, contentEncoding, DECODED_LIMIT);
  if (head.kind === 'unknown') return unreadable(body, flags);
  const headBytes = Buffer.from(head.bytes.buffer, head.bytes.byteOffset, head.bytes.byteLength);
  if (headBytes.length === 0 && body.head.length > 0) return unreadable(body, flags);
  if (head.kind === 'limited') flags.add('truncated');
  const tailBytes = body.tail === null ? null : withoutTornStart(Buffer.from(body.tail));
  const length = headBytes.length + (tailBytes?.length ?? 0);
  const headText = textOf(withoutTornEnd(headBytes));
  const tailText = tailBytes === null ? null : textOf(withoutTornEnd(tailBytes));
  const bytes = isBinaryStream(contentType) ? { head: headBytes, tail: body.tail } : null;
  const read = { contentType, head: headText.text, tail: tailText?.text ?? null, bytes };
  const isText = headText.exact && (tailText?.exact ?? true);
  if (length > SMALL && length > room.left) return { ...read, ...asCaptured(body, flags) };
  room.left -= length;
  if (isText) {
    const stored = tailText === null ? headText.text : joinCut(headText.text, tailText.text);
    return { ...read, stored, flags: [...flags] };
  }
  return { ...read, stored: joinBytes(headBytes, tailBytes).toString('base64'), flags: [...flags, 'base64'] };
}

/** An encoding that nobody here can undo: the bytes are kept, and nothing is read from them. */
function unreadable(body: CapturedBody, flags: Set<string>): BodyContent {
  const stored = joinBytes(body.head, body.tail).toString('base64');
  return {
    contentType: body.contentType,
    head: '',
    tail: null,
    bytes: null,
    stored,
    flags: [...flags.add('undecodable'), 'base64'],
  };
}

/** Still in its content encoding, which is what made it small. */
function asCaptured({ head, tail }: CapturedBody, flags: Set<string>): Pick<BodyContent, 'stored' | 'flags'> {
  return { stored: joinBytes(head, tail).toString('base64'), flags: [...flags.add('encoded'), 'base64'] };
}

function joinBytes(head: Uint8Array, tail: Uint8Array | null): Buffer {
  return tail === null ? Buffer.from(head) : Buffer.concat([head, Buffer.from(joinCut('', '')), tail]);
}

function textOf(bytes: Buffer): { text: string; exact: boolean } {
  return { text: bytes.toString('utf8'), exact: isUtf8(bytes) };
}

/** A capture may end within a character: its up to three bytes say nothing. */
function withoutTornEnd(bytes: Buffer): Buffer {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    return lengthOfCharacter(byte) > back ? bytes.subarray(0, bytes.length - back) : bytes;
  }
  return bytes;
}

function withoutTornStart(bytes: Buffer): Buffer {
  let start = 0;
  while (start < 3 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start++;
  return bytes.subarray(start);
}

function lengthOfCharacter(lead: number): number {
  if (lead >= 0xf0) return 4;
  if (lead >= 0xe0) return 3;
  return lead >= 0xc0 ? 2 : 1;
}
