import type { RequestIdentity } from '../api/queries.ts';

/** `SEQ.OUTBOX.REQUEST_ID`; the request's id may hold anything and comes last. */
export const writeOpen = ({ seq, outboxId, requestId }: RequestIdentity): string => `${seq}.${outboxId}.${requestId}`;

export function readOpen(text: string | null): RequestIdentity | null {
  const match = /^(\d{1,15})\.([^.]+)\.(.+)$/.exec(text ?? '');
  if (match === null) return null;
  const [, seq = '', outboxId = '', requestId = ''] = match;
  return { seq: Number(seq), outboxId, requestId };
}
