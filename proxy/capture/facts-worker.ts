import { parentPort } from 'node:worker_threads';
import { decodeContent } from '../../domain/encoding.ts';
import type { CapturedBody } from '../../domain/exchange.ts';
import { parseBody } from '../../domain/usage/body.ts';
import { readRequest } from '../../domain/usage/read-request.ts';
import { readResponse } from '../../domain/usage/read-response.ts';
import { wireFormatOf } from '../../domain/usage/wire-format.ts';
import type { FactsAnswer, FactsJob } from './facts.ts';

const MAX_DECODED = 64 * 1024 ** 2;

function parse(body: CapturedBody) {
  const text = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  const { contentType } = body;
  if (body.tail !== null) return parseBody({ head: text(body.head), tail: text(body.tail), contentType });
  const decoded = decodeContent(body.head, body.contentEncoding, MAX_DECODED);
  return parseBody({ head: decoded.kind === 'unknown' ? '' : text(decoded.bytes), tail: null, contentType });
}

parentPort?.on('message', ({ id, job }: { id: number; job: FactsJob }) => {
  const format = wireFormatOf(job.provider, job.path);
  const answer: FactsAnswer = {
    id,
    request: job.request && readRequest(format, job.path, parse(job.request)),
    response: job.response && readResponse(format, parse(job.response)),
  };
  parentPort?.postMessage(answer);
});
