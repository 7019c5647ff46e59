import { parentPort } from 'node:worker_threads';
import { decodeContent } from '../../domain/encoding.ts';
import type { CapturedBody } from '../../domain/exchange.ts';
import { countRequest, countResponse } from '../../domain/tokens/count-body.ts';
import { isBinaryStream, type ParsedBody, parseBody } from '../../domain/usage/body.ts';
import { readRequest } from '../../domain/usage/read-request.ts';
import { readResponse } from '../../domain/usage/read-response.ts';
import { wireFormatOf } from '../../domain/usage/wire-format.ts';
import type { FactsAnswer, FactsJob } from './facts.ts';

const MAX_DECODED = 64 * 1024 ** 2;

function parse({ head, tail, contentType, contentEncoding }: CapturedBody): ParsedBody {
  // What was cut had to be decoded for that, or could not be.
  if (tail !== null && contentEncoding !== null) return { kind: 'empty' };
  const decoded = decodeContent(head, contentEncoding, MAX_DECODED);
  if (decoded.kind === 'unknown') return { kind: 'empty' };
  const bytes = isBinaryStream(contentType) ? { head: decoded.bytes, tail } : null;
  return parseBody({ head: text(decoded.bytes), tail: tail && text(tail), contentType, bytes });
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

/** Tokens are counted only where the provider may have billed and did not say for what. */
function read(job: FactsJob) {
  const { provider, path, status, responseHeaders, request, response, dropsRequest, dropsResponse } = job;
  const format = wireFormatOf(provider, path);
  const parsedRequest = parse(request);
  const parsedResponse = parse(response);
  const requestFacts = readRequest(format, path, parsedRequest);
  const responseFacts = readResponse(format, parsedResponse, responseHeaders);
  const { usage } = responseFacts;
  const model = responseFacts.model || requestFacts.model;
  const mayCost = status !== null && status < 400 && responseFacts.reportedCost === null;
  const countsInput = mayCost && dropsRequest && (usage === null || usage.input === null);
  const countsOutput = mayCost && dropsResponse && (usage === null || usage.output === null);
  const countedInput = countsInput ? countRequest(format, model, parsedRequest) : null;
  const countedOutput = countsOutput ? countResponse(format, model, parsedResponse) : null;
  return {
    request: dropsRequest ? { ...requestFacts, countedInput } : null,
    response: dropsResponse ? { ...responseFacts, countedOutput } : null,
  };
}

parentPort?.on('message', ({ id, job }: { id: number; job: FactsJob }) => {
  const answer: FactsAnswer = { id, ...read(job) };
  parentPort?.postMessage(answer);
});
