import { describe, expect, it } from 'vitest';
import { encodeExchange } from '../../../domain/encode-exchange.ts';
import type { Exchange } from '../../../domain/exchange.ts';
import { createProcess } from '../../../ingest/process.ts';
import {
  chatAttempt,
  chatExchange,
  emptyBody,
  jsonBody,
  noTags,
  rawBody,
  skeletonOf,
} from '../../harness/exchanges.ts';

const run = createProcess();

function rowsOf(exchange: Exchange) {
  const raw = { outboxId: 'box', seq: 7, encoded: encodeExchange(exchange) };
  const outcome = run({ raw, room: { left: 1_000_000 } });
  if (outcome.kind === 'deadLetter') throw new Error(outcome.reason);
  return outcome.value;
}

describe('the way of an exchange to its rows', () => {
  it('a plain call is one final row with its price', () => {
    const { attempts, bodies } = rowsOf(chatExchange());
    expect(attempts).toHaveLength(1);
    expect(attempts[0]).toMatchObject({
      outbox_id: 'box',
      seq: 7,
      attempt: 1,
      final: true,
      attempts: 1,
      model: 'gpt-4o-mini',
      response_model: 'gpt-4o-mini-2024-07-18',
      user_id: 'body-user',
      input_tokens: 100,
      output_tokens: 10,
      cost_usd: '0.000021000', // 100 × 150 n$ + 10 × 600 n$
      cost_status: 'exact',
      total_cost_usd: '0.000021000',
      total_cost_status: 'exact',
      total_status: 200,
    });
    expect(bodies).toMatchObject([{ attempt: 1, request_headers: 'content-type: application/json', flags: [] }]);
  });

  it.each([
    {
      name: 'the header names the user',
      tags: { ...noTags, userId: 'header-user' },
      expected: { user_id: 'header-user' },
    },
    {
      name: 'the feature has its column',
      tags: { ...noTags, feature: 'search', properties: { feature: 'search' } },
      expected: { feature: 'search', properties: { feature: 'search' } },
    },
    { name: 'cut properties are flagged', tags: { ...noTags, cut: true }, expected: { flags: ['properties_cut'] } },
  ])('$name', ({ tags, expected }) => {
    expect(rowsOf(chatExchange({ tags })).attempts[0]).toMatchObject(expected);
  });

  it('an override stands for the model in logs and in cost', () => {
    // gpt-4o: 100 × 2,500 n$ + 10 × 10,000 n$
    expect(rowsOf(chatExchange({ modelOverride: 'gpt-4o' })).attempts[0]).toMatchObject({
      model: 'gpt-4o',
      response_model: 'gpt-4o-mini-2024-07-18',
      cost_usd: '0.000350000',
    });
  });

  it('what was in flight when the proxy died is unpriced, not free', () => {
    const { attempts, bodies } = rowsOf(skeletonOf(chatExchange()));
    expect(attempts).toMatchObject([
      {
        attempt: 0,
        final: true,
        attempts: 0,
        status: 0,
        error_kind: 'aborted',
        cost_usd: null,
        cost_status: 'unpriced',
      },
    ]);
    expect(attempts[0]).toMatchObject({ total_status: 0, total_error_kind: 'aborted', total_cost_usd: null });
    expect(bodies).toHaveLength(1);
  });

  it('what we refused ourselves cost nothing', () => {
    const refused = chatExchange({ status: 400, errorKind: 'refused', attempts: [] });
    expect(rowsOf(refused).attempts).toMatchObject([
      { attempt: 0, total_status: 400, cost_usd: '0.000000000', cost_status: 'exact' },
    ]);
  });

  it('several attempts add up to what the exchange cost; only the last one carries the total', () => {
    const failed = chatAttempt({ status: 500, errorKind: 'status', response: jsonBody({ error: { message: 'no' } }) });
    const { attempts, bodies } = rowsOf(chatExchange({ attempts: [failed, chatAttempt({ attempt: 2 }, 20)] }));
    expect(attempts).toMatchObject([
      { attempt: 1, final: false, status: 500, cost_usd: '0.000000000', total_cost_usd: null, total_status: 0 },
      {
        attempt: 2,
        final: true,
        status: 200,
        cost_usd: '0.000027000',
        total_cost_usd: '0.000027000',
        total_status: 200,
      },
    ]);
    expect(attempts[1]).toMatchObject({ total_input_tokens: 100, total_output_tokens: 20 });
    expect(bodies.map(({ request }) => request === '')).toEqual([false, true]);
  });

  it('a total with an attempt whose price is unknown says that a part is missing', () => {
    const unknown = chatAttempt({
      response: jsonBody({ model: 'nobody-knows', usage: { prompt_tokens: 5, completion_tokens: 5 } }),
    });
    const exchange = chatExchange({
      request: jsonBody({ model: 'nobody-knows' }),
      attempts: [unknown, chatAttempt({ attempt: 2 })],
    });
    expect(rowsOf(exchange).attempts).toMatchObject([
      { cost_usd: null, cost_status: 'unpriced' },
      { total_cost_usd: '0.000021000', total_cost_status: 'partial' },
    ]);
  });

  it('where the provider gave no usage, tokens are counted and the row says so', () => {
    const response = jsonBody({
      model: 'gpt-4o-mini',
      choices: [{ message: { role: 'assistant', content: 'Fine.' } }],
    });
    const [row] = rowsOf(chatExchange({ attempts: [chatAttempt({ response })] })).attempts;
    // 3 for the message's frame, 1 for its role, 1 for "Hello", 3 for the answer's frame; "Fine." is 2
    expect(row).toMatchObject({ input_tokens: 8, output_tokens: 2, cost_status: 'estimated', usage_raw: '' });
  });

  it('facts that the proxy took stand for bodies that it dropped', () => {
    const facts = {
      model: 'gpt-4o-mini-2024-07-18',
      usageRaw: '{}',
      reportedCost: null,
      serviceTier: '',
      toolCalls: 0,
      serverTools: null,
      complete: true,
      countedOutput: null,
      hiddenReasoning: false,
      others: [],
      usage: {
        input: 100,
        cacheRead: 0,
        cacheWrite5m: 0,
        cacheWrite1h: 0,
        output: 10,
        reasoning: 0,
        audioInput: null,
        audioOutput: null,
        image: null,
      },
    };
    const omitted = { ...emptyBody, size: 300, flags: ['omitted' as const] };
    const exchange = chatExchange({
      request: omitted,
      requestFacts: { model: 'gpt-4o-mini', userId: 'u', streamed: true, countedInput: null },
      attempts: [chatAttempt({ response: omitted, facts })],
    });
    const { attempts, bodies } = rowsOf(exchange);
    expect(attempts[0]).toMatchObject({
      user_id: 'u',
      streamed: true,
      cost_usd: '0.000021000',
      cost_status: 'exact',
      request_bytes: 300,
      response_bytes: 300,
      flags: ['request_omitted', 'response_omitted'],
    });
    expect(bodies[0]).toMatchObject({ request: '', response: '' });
  });

  it('what no format of ours reads is recorded and unpriced', () => {
    const attempt = chatAttempt({
      provider: 'cohere',
      response: rawBody(Buffer.from('pong'), { contentType: 'text/plain' }),
    });
    const exchange = chatExchange({ provider: 'cohere', path: '/v1/rerank', attempts: [attempt] });
    expect(rowsOf(exchange).attempts[0]).toMatchObject({ provider: 'cohere', cost_usd: null, cost_status: 'unpriced' });
  });

  it('half a surrogate pair in JSON never reaches a column', () => {
    const request = rawBody(Buffer.from('{"model":"m\\ud800","user":"\\udc00"}'));
    const [row] = rowsOf(chatExchange({ request })).attempts;
    expect(row).toMatchObject({ model: 'm\ufffd', user_id: '\ufffd' });
  });

  it('bytes that are no event are a dead letter of the first step', () => {
    const raw = { outboxId: 'box', seq: 1, encoded: Buffer.from('nonsense') };
    expect(run({ raw, room: { left: 1 } })).toMatchObject({ kind: 'deadLetter', step: 'decode' });
  });
});
