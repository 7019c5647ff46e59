import { describe, expect, it } from 'vitest';
import { exchangeOf } from '../../../demo/history/exchange.ts';
import type { Call } from '../../../demo/model/call.ts';
import { createTraffic } from '../../../demo/model/traffic.ts';
import { readConversation } from '../../../domain/conversation/read-conversation.ts';
import { encodeExchange } from '../../../domain/encode-exchange.ts';
import { type CapturedBody, decodeExchange } from '../../../domain/exchange.ts';
import { parseBody } from '../../../domain/usage/body.ts';
import { readRequest } from '../../../domain/usage/read-request.ts';
import { readResponse } from '../../../domain/usage/read-response.ts';
import { wireFormatOf } from '../../../domain/usage/wire-format.ts';

const to = Date.parse('2026-03-20T10:00:00Z');
const span = { from: to - 30 * 86_400_000, to };
const calls = [...createTraffic({ seed: 'wire', span, requests: 4_000, eventful: true })];

const parse = ({ head, contentType }: CapturedBody) =>
  parseBody({ head: Buffer.from(head).toString('utf8'), tail: null, contentType });

function read(call: Call) {
  const exchange = decodeExchange(encodeExchange(exchangeOf(call)));
  const format = wireFormatOf(exchange.provider, exchange.path);
  const [attempt] = exchange.attempts;
  if (attempt === undefined) throw new Error('an exchange of the demo has one attempt');
  const request = parse(exchange.request);
  const response = parse(attempt.response);
  return {
    exchange,
    format,
    request: readRequest(format, exchange.path, request),
    response: readResponse(format, response),
    conversation: readConversation(format, request, response),
  };
}

const answered = calls.filter(({ outcome }) => outcome.kind === 'answered');
const kinds = Map.groupBy(
  answered,
  ({ model, streamed }) => `${model.provider} ${model.format} ${streamed ? 'streamed' : 'whole'}`,
);

describe('the wire formats of the demo', () => {
  it('cover five formats, streamed and whole', () => {
    expect(kinds.size).toBeGreaterThanOrEqual(9);
  });

  it.each([...kinds.keys()].sort())('say the usage that was meant: %s', (kind) => {
    for (const call of kinds.get(kind) ?? []) {
      const { format, request, response } = read(call);
      expect(format).toBe(call.model.format);
      expect(request).toMatchObject({ model: call.model.name, streamed: call.streamed });
      expect(response).toMatchObject({ model: call.model.responseName, complete: true });
      expect(response.toolCalls).toBe(call.toolArgument === null ? 0 : 1);
      if (!call.usageTold) {
        expect(response.usage).toBeNull();
        continue;
      }
      const { input, cacheRead, cacheWrite5m, cacheWrite1h, output, reasoning } = response.usage ?? {};
      // Where a provider does not tell a bucket, there is nothing in it.
      const told = {
        input,
        cacheRead: cacheRead ?? 0,
        cacheWrite5m: cacheWrite5m ?? 0,
        cacheWrite1h: cacheWrite1h ?? 0,
        output,
        reasoning: reasoning ?? 0,
      };
      expect(told).toEqual(call.tokens);
      expect(response.reportedCost === null).toBe(call.model.reported === null);
    }
  });

  it('say what was said', () => {
    for (const call of answered.filter(({ model }) => model.format !== 'openai-embeddings')) {
      const { conversation } = read(call);
      const text = JSON.stringify(conversation);
      expect(text).toContain(JSON.stringify(call.system).slice(1, -1));
      expect(text).toContain(JSON.stringify(call.question).slice(1, -1));
      if (call.toolArgument === null) expect(text).toContain(JSON.stringify(call.answer).slice(1, -1));
      else expect(text).toContain(call.tool?.name);
    }
  });

  it('tell of failures as the provider does', () => {
    const failed = calls.filter(({ outcome }) => outcome.kind === 'status');
    expect(new Set(failed.map(({ model }) => model.provider)).size).toBeGreaterThanOrEqual(3);
    for (const call of failed) {
      const { exchange, response, conversation } = read(call);
      expect(exchange).toMatchObject({ errorKind: 'status', status: exchange.attempts[0]?.status });
      expect(exchange.status).toBeGreaterThanOrEqual(400);
      expect(response.usage).toBeNull();
      expect(conversation?.error).not.toBe('');
    }
  });

  it('end in the middle where a stream was cut', () => {
    const cut = calls.filter(({ outcome }) => outcome.kind === 'cut' && outcome.share < 0.6);
    expect(cut.length).toBeGreaterThan(5);
    for (const call of cut) expect(read(call).response.complete).toBe(false);
  });

  it('carry no key', () => {
    for (const call of calls.slice(0, 300)) {
      const { exchange } = read(call);
      expect(exchange.kind).toBe('demo');
      expect(JSON.stringify(exchange.requestHeaders)).toContain('[redacted]');
      expect(JSON.stringify(exchange.requestHeaders)).not.toContain(call.keyId);
    }
  });
});
