import { type ParsedBody, parseBody } from '../../domain/usage/body.ts';
import type { WireFormat } from '../../domain/usage/facts.ts';
import { readResponse } from '../../domain/usage/read-response.ts';
import { documentVerdict, readEvent } from './first-content.ts';
import type { AnswerHead } from './upstream-call.ts';

/** True of an answer that is whole, good, and the same for whoever asks again: never an error, never a part. */
export function isWorthKeeping(format: WireFormat, { status, headers }: AnswerHead, bytes: NonSharedBuffer): boolean {
  if (status !== 200 || headers['content-encoding'] !== undefined || bytes.length === 0) return false;
  const contentType = headers['content-type'] ?? null;
  const body = parseBody({ head: bytes.toString('utf8'), tail: null, contentType });
  return readResponse(format, body).complete && !saysError(format, body);
}

function saysError(format: WireFormat, body: ParsedBody): boolean {
  switch (body.kind) {
    case 'empty':
    case 'cut':
      return true;
    case 'json': {
      const verdict = documentVerdict(format, body.value);
      return verdict !== 'content' && verdict !== 'nothing';
    }
    case 'events':
      return body.events.some((data) => {
        const verdict = data.includes('rror') ? readEvent(format, data) : 'nothing';
        return verdict !== 'content' && verdict !== 'nothing';
      });
  }
}
