import type { CapturedConversation } from '../../domain/conversation/conversation.ts';
import { readConversation } from '../../domain/conversation/read-conversation.ts';
import { splitCut } from '../../domain/cut-text.ts';
import { isBinaryStream, type ParsedBody, parseBody } from '../../domain/usage/body.ts';
import { wireFormatOf } from '../../domain/usage/wire-format.ts';

interface StoredBody {
  readonly request_headers: string;
  readonly request: string;
  readonly response_headers: string;
  readonly response: string;
  readonly flags: readonly string[];
}

/**
 * The stored bodies as people read them; null where there are none or nothing can be made of them. `bodies` are those
 * of all attempts in order: what was sent stands with the first, what the app got with the last.
 */
export function conversationOf(
  { provider, path }: { readonly provider: string; readonly path: string },
  bodies: readonly StoredBody[],
): CapturedConversation | null {
  const [first] = bodies;
  const last = bodies.at(-1);
  if (first === undefined || last === undefined) return null;
  const request = parsed(first.request, first.request_headers, first.flags.includes('request_base64'));
  const response = parsed(last.response, last.response_headers, last.flags.includes('response_base64'));
  return readConversation(wireFormatOf(provider, path), request, response);
}

/** Bytes that are no text (kept as base64) say nothing to a reader of conversations, but for the frames of a stream. */
function parsed(stored: string, headers: string, isBase64: boolean): ParsedBody {
  const type = contentType(headers);
  if (!isBase64) return parseBody({ ...splitCut(stored), contentType: type });
  if (!isBinaryStream(type)) return { kind: 'empty' };
  // The mark of a cut stands between the frames, which are found by their checksums.
  return parseBody({
    head: '',
    tail: null,
    contentType: type,
    bytes: { head: Buffer.from(stored, 'base64'), tail: null },
  });
}

function contentType(headers: string): string | null {
  return /^content-type:\s*(.*)$/im.exec(headers)?.[1]?.trim() ?? null;
}
