import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { ErrorCode } from '../domain/error.ts';
import type { ApiStyle } from '../domain/providers.ts';

/** An answer of ours, in the words that the caller's SDK understands. */
export interface Refusal {
  readonly status: 400 | 401 | 404 | 408 | 429 | 431 | 500 | 502 | 504;
  readonly code: ErrorCode | 'internal';
  readonly style: ApiStyle;
  readonly message: string;
}

interface Words {
  readonly openai: string;
  readonly google: string;
  readonly bedrock: string;
}

const words: Readonly<Record<Refusal['status'], Words>> = {
  400: { openai: 'invalid_request_error', google: 'INVALID_ARGUMENT', bedrock: 'ValidationException' },
  401: { openai: 'authentication_error', google: 'UNAUTHENTICATED', bedrock: 'AccessDeniedException' },
  404: { openai: 'not_found_error', google: 'NOT_FOUND', bedrock: 'ResourceNotFoundException' },
  408: { openai: 'timeout_error', google: 'DEADLINE_EXCEEDED', bedrock: 'ModelTimeoutException' },
  429: { openai: 'rate_limit_error', google: 'RESOURCE_EXHAUSTED', bedrock: 'ThrottlingException' },
  431: { openai: 'invalid_request_error', google: 'INVALID_ARGUMENT', bedrock: 'ValidationException' },
  500: { openai: 'api_error', google: 'INTERNAL', bedrock: 'InternalServerException' },
  502: { openai: 'api_error', google: 'UNAVAILABLE', bedrock: 'ServiceUnavailableException' },
  504: { openai: 'timeout_error', google: 'DEADLINE_EXCEEDED', bedrock: 'ModelTimeoutException' },
};

function refusalBody({ status, code, style, message }: Refusal): string {
  const text = `Spendlens: ${message}`;
  switch (style) {
    case 'openai':
      return JSON.stringify({ error: { message: text, type: words[status].openai, param: null, code } });
    case 'anthropic':
      return JSON.stringify({ type: 'error', error: { type: words[status].openai, message: text } });
    case 'google':
      return JSON.stringify({ error: { code: status, message: text, status: words[status].google } });
    case 'bedrock':
    case 'cohere':
      return JSON.stringify({ message: text });
    case 'ollama':
      return JSON.stringify({ error: text });
  }
}

/** Names and values in turn, as `writeHead` and a raw socket take them. */
function refusalHeaders(refusal: Refusal, requestId: string, length: number): string[] {
  const headers = ['Content-Type', 'application/json; charset=utf-8', 'Content-Length', String(length)];
  headers.push('Helicone-Id', requestId, 'Spendlens-Id', requestId, 'Helicone-Status', 'failed');
  headers.push('Spendlens-Error', refusal.code);
  if (refusal.style === 'bedrock') headers.push('x-amzn-ErrorType', words[refusal.status].bedrock);
  return headers;
}

/** `more`: headers beside our own, names and values in turn. */
export function answerRefusal(
  res: ServerResponse,
  refusal: Refusal,
  requestId: string,
  more: readonly string[] = [],
): void {
  const body = Buffer.from(refusalBody(refusal));
  res.writeHead(refusal.status, [...refusalHeaders(refusal, requestId, body.length), ...more]);
  res.end(body);
}

/** For a connection that has no response object: one that asked to be upgraded, or speaks no HTTP. */
export function refuseOnSocket(socket: Socket, refusal: Refusal, requestId: string): void {
  const body = Buffer.from(refusalBody(refusal));
  const headers = refusalHeaders(refusal, requestId, body.length);
  let head = `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status] ?? ''}\r\nConnection: close\r\n`;
  for (let i = 0; i + 1 < headers.length; i += 2) head += `${headers[i]}: ${headers[i + 1]}\r\n`;
  socket.end(Buffer.concat([Buffer.from(`${head}\r\n`, 'latin1'), body]));
}
