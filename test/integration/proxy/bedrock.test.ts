import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeExchange } from '../../../domain/encode-exchange.ts';
import type { Exchange } from '../../../domain/exchange.ts';
import { createProcess } from '../../../ingest/process.ts';
import { frames, json, type WireBody } from '../../fixtures/wire/wire.ts';
import { call } from '../../harness/http-call.ts';
import { startTestProxy, type TestProxy } from '../../harness/proxy.ts';
import { startUpstream, type Upstream } from '../../harness/upstream.ts';

/** Bedrock streams frames of bytes and tells some usage in headers alone: neither may be lost on the way to a row. */

const MICRO = 'amazon.nova-micro-v1%3A0';
let upstream: Upstream;
let proxy: TestProxy;
const run = createProcess();

beforeAll(async () => {
  upstream = await startUpstream();
  proxy = await startTestProxy({
    config: `providers:\n  bedrock: { baseUrl: '${upstream.url}' }\n`,
    env: { SPENDLENS_CAPTURE_LIMIT: '256KiB' },
  });
});
afterAll(async () => {
  await proxy?.stop();
  proxy?.remove();
  await upstream?.close();
});

const usage = { inputTokens: 7, outputTokens: 39, totalTokens: 46 };
const stream = (count: number) =>
  frames(
    ['messageStart', { role: 'assistant' }],
    ...Array.from(
      { length: count },
      (_, i) => ['contentBlockDelta', { contentBlockIndex: 0, delta: { text: `word ${i} ` } }] as const,
    ),
    ['messageStop', { stopReason: 'end_turn' }],
    ['metadata', { usage, metrics: { latencyMs: 430 } }],
  );

async function exchangeOf(
  path: string,
  answer: WireBody,
  sent: object,
  headers: Record<string, string>,
): Promise<Exchange> {
  upstream.answer((_req, res) => {
    res.writeHead(200, { 'content-type': answer.contentType, ...headers });
    for (let at = 0; at < answer.bytes.length; at += 1000) res.write(answer.bytes.subarray(at, at + 1000));
    res.end();
  });
  const body = JSON.stringify({ messages: [{ role: 'user', content: [{ text: 'Hello!' }] }] });
  const got = await call(`${proxy.url}/bedrock${path}`, { method: 'POST', headers: { ...sent }, body });
  expect(Buffer.from(got.body).equals(Buffer.from(answer.bytes))).toBe(true);
  return proxy.exchange(String(got.headers['helicone-id']));
}

function rowOf(exchange: Exchange) {
  const outcome = run({ raw: { outboxId: 'box', seq: 1, encoded: encodeExchange(exchange) }, room: { left: 1e8 } });
  if (outcome.kind === 'deadLetter') throw new Error(outcome.reason);
  return outcome.value.attempts[0];
}

const told = {
  model: 'amazon.nova-micro-v1:0',
  input_tokens: 7,
  output_tokens: 39,
  cost_usd: '0.000005705',
  cost_status: 'exact',
};

describe('Bedrock through the proxy', () => {
  it.each([
    ['a short stream', 3, {}],
    ['a stream beyond the limit, its middle cut out', 5000, {}],
    ['a stream that is not kept', 3, { 'helicone-omit-response': 'true' }],
  ])('%s', async (_name, count, sent) => {
    const exchange = await exchangeOf(`/model/${MICRO}/converse-stream`, stream(count), sent, {});
    expect(rowOf(exchange)).toMatchObject({ ...told, streamed: true });
  });

  it.each([
    ['an answer', {}],
    ['an answer that is not kept', { 'helicone-omit-response': 'true' }],
  ])('%s whose usage stands in the headers alone', async (_name, sent) => {
    const counted = { 'x-amzn-bedrock-input-token-count': '100', 'x-amzn-bedrock-output-token-count': '50' };
    const answer = json({ outputs: [{ text: 'Hi.', stop_reason: 'stop' }] });
    const exchange = await exchangeOf('/model/mistral.mistral-large-2402-v1:0/invoke', answer, sent, counted);
    // 100 × 4,000 + 50 × 12,000 n$
    expect(rowOf(exchange)).toMatchObject({ input_tokens: 100, output_tokens: 50, cost_usd: '0.001000000' });
  });
});
