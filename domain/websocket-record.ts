import { at, isObject, parseJson, textAt } from './usage/json.ts';

/**
 * How the messages of a WebSocket are kept in a body: JSON lines, of which the first says what it is. `ms` counts from
 * the moment when the connection stood. Control frames are left out but for the close.
 */
export type WebSocketParty = 'app' | 'provider';

const BEGINNING = '{"websocket":';

export function openingLine(from: WebSocketParty, openedAt: number): string {
  return `${BEGINNING}${JSON.stringify(from)},"opened":"${new Date(openedAt).toISOString()}"}\n`;
}

export function textLine(from: WebSocketParty, ms: number, text: string): string {
  return `${JSON.stringify({ ms, from, text })}\n`;
}

export function binaryLine(from: WebSocketParty, ms: number, base64: string): string {
  return `${JSON.stringify({ ms, from, binary: base64 })}\n`;
}

export function closeLine(from: WebSocketParty, ms: number, close: number, reason: string): string {
  return `${JSON.stringify({ ms, from, close, reason })}\n`;
}

/** What there was no room for. `telling` counts those in which a usage could have stood. */
export interface LeftOut {
  readonly messages: number;
  readonly bytes: number;
  readonly telling: number;
}

export function leftOutLine(leftOut: LeftOut): string {
  return `${JSON.stringify({ left_out: leftOut })}\n`;
}

export function isWebSocketRecord(head: string): boolean {
  return head.startsWith(BEGINNING);
}

/** The text messages of a record, in order. `whole` is false where one that could tell a usage is missing. */
export function readWebSocketRecord(head: string, tail: string | null): { texts: string[]; whole: boolean } {
  const lines = `${head}\n${tail ?? ''}`.split('\n').filter((line) => line !== '');
  const texts: string[] = [];
  let whole = tail === null;
  for (const line of lines) {
    const value = parseJson(line);
    if (!isObject(value)) whole = false;
    else if (typeof value['text'] === 'string') texts.push(textAt(value, 'text'));
    else if (isObject(value['left_out']) && at(value, 'left_out', 'telling') !== 0) whole = false;
  }
  return { texts, whole };
}
