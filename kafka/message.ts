/**
 * The form of a message: raised when its headers change their meaning. The event inside has a version of its own,
 * which stands in its bytes.
 */
const MESSAGE_VERSION = 1;

/** What goes to the topic: key and headers name the outbox, the value is the exchange as it stands there. */
export interface OutgoingMessage {
  readonly key: string;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<'outbox' | 'seq' | 'version' | 'kind', string>>;
}

/** As a consumer gets it; nothing in it is to be trusted. */
export interface IncomingMessage {
  readonly value: Uint8Array | null;
  readonly headers?: Readonly<Record<string, Uint8Array | string | (Uint8Array | string)[] | undefined>>;
}

export type ParsedMessage =
  | { readonly kind: 'exchange'; readonly outboxId: string; readonly seq: number; readonly encoded: Uint8Array }
  /** Its outbox is drained and nobody will append to it: what is remembered of it may go. */
  | { readonly kind: 'closed'; readonly outboxId: string; readonly lastSeq: number }
  | { readonly kind: 'unidentified'; readonly reason: string };

export function exchangeMessage(outboxId: string, seq: number, encoded: Buffer): OutgoingMessage {
  return { key: outboxId, value: encoded, headers: headersOf(outboxId, seq, 'exchange') };
}

export function closedMessage(outboxId: string, lastSeq: number): OutgoingMessage {
  return { key: outboxId, value: null, headers: headersOf(outboxId, lastSeq, 'closed') };
}

function headersOf(outboxId: string, seq: number, kind: 'exchange' | 'closed'): OutgoingMessage['headers'] {
  return { outbox: outboxId, seq: String(seq), version: String(MESSAGE_VERSION), kind };
}

/** Never throws: whatever anybody wrote into the topic is one of the three. */
export function parseMessage({ value, headers = {} }: IncomingMessage): ParsedMessage {
  const outboxId = textOf(headers['outbox']);
  if (outboxId === null || !/^[\w-]{1,64}$/.test(outboxId)) return unidentified('outbox', 'the id of an outbox');
  const seqText = textOf(headers['seq']) ?? '';
  const seq = /^[1-9]\d*$/.test(seqText) ? Number(seqText) : Number.NaN;
  if (!Number.isSafeInteger(seq)) return unidentified('seq', 'a positive whole number');
  if (textOf(headers['version']) !== String(MESSAGE_VERSION)) return unidentified('version', String(MESSAGE_VERSION));
  const kind = textOf(headers['kind']);
  if (kind === 'closed') return { kind, outboxId, lastSeq: seq };
  if (kind !== 'exchange') return unidentified('kind', 'exchange or closed');
  if (value === null) return { kind: 'unidentified', reason: 'an exchange without a value' };
  return { kind, outboxId, seq, encoded: value };
}

function unidentified(header: string, expected: string): ParsedMessage {
  return { kind: 'unidentified', reason: `header ${header}: expected ${expected}, once` };
}

/** Null where the header is missing or stands there more than once. */
function textOf(header: NonNullable<IncomingMessage['headers']>[string]): string | null {
  if (header === undefined || Array.isArray(header)) return null;
  return typeof header === 'string' ? header : Buffer.from(header).toString('utf8');
}
