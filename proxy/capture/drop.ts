import type { CapturedBody } from '../../domain/exchange.ts';

export const emptyBody: CapturedBody = {
  size: 0,
  head: new Uint8Array(0),
  tail: null,
  contentType: null,
  contentEncoding: null,
  flags: [],
};

/** Why the bytes of a body do not go on. */
type DropReason = 'omitted' | 'shed' | null;

export function dropReason(body: CapturedBody, omit: boolean, isShort: boolean): DropReason {
  if (body.size === 0) return null;
  if (omit) return 'omitted';
  return isShort || body.flags.includes('shed') ? 'shed' : null;
}

export function withDropped(body: CapturedBody, reason: DropReason): CapturedBody {
  if (reason === null) return body;
  const flags = body.flags.includes(reason) ? body.flags : [...body.flags, reason];
  return { ...body, head: new Uint8Array(0), tail: null, contentEncoding: null, flags };
}

export function keptSize(body: CapturedBody): number {
  return body.head.length + (body.tail?.length ?? 0);
}
