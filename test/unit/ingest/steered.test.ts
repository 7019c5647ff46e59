import { describe, expect, it } from 'vitest';
import { encodeExchange } from '../../../domain/encode-exchange.ts';
import type { Exchange } from '../../../domain/exchange.ts';
import { createProcess } from '../../../ingest/process.ts';
import { chatAttempt, chatExchange, emptyBody, jsonBody, noTags } from '../../harness/exchanges.ts';

/** Exchanges of the routed lane as rows: several calls, or none. */

const run = createProcess();

function rowsOf(exchange: Exchange) {
  const outcome = run({
    raw: { outboxId: 'box', seq: 7, encoded: encodeExchange(exchange) },
    room: { left: 1_000_000 },
  });
  if (outcome.kind === 'deadLetter') throw new Error(outcome.reason);
  return outcome.value.attempts;
}

const failed = chatAttempt({
  attempt: 1,
  status: 429,
  errorKind: 'status',
  response: jsonBody({ error: { message: 'slow down' } }),
});

it('a call that fell over costs what both calls cost, each under its own provider and model', () => {
  const blocked = {
    modelVersion: 'gemini-2.5-flash',
    promptFeedback: { blockReason: 'SAFETY' },
    usageMetadata: { promptTokenCount: 100, totalTokenCount: 100 },
  };
  const path = '/v1beta/models/gemini-2.5-flash:generateContent';
  const attempts = [
    chatAttempt({
      attempt: 1,
      provider: 'google',
      upstream: 'https://generativelanguage.googleapis.com',
      status: 200,
      errorKind: 'rejected',
      response: jsonBody(blocked),
    }),
    chatAttempt({ attempt: 2, model: 'gpt-4o-mini', path: '/v1/chat/completions' }),
  ];
  const rows = rowsOf(
    chatExchange({ lane: 'routed', provider: 'google', path, request: jsonBody({ contents: [] }), attempts }),
  );
  expect(rows).toMatchObject([
    // 100 × 300 n$
    {
      attempt: 1,
      final: false,
      provider: 'google',
      model: 'gemini-2.5-flash',
      path,
      error_kind: 'rejected',
      input_tokens: 100,
      cost_usd: '0.000030000',
      total_cost_usd: null,
    },
    // 100 × 150 n$ + 10 × 600 n$
    {
      attempt: 2,
      final: true,
      provider: 'openai',
      model: 'gpt-4o-mini',
      path: '/v1/chat/completions',
      error_kind: '',
      cost_usd: '0.000021000',
      total_cost_usd: '0.000051000',
      total_input_tokens: 200,
    },
  ]);
});

it('a call that was made again is two rows, of which one was billed', () => {
  const rows = rowsOf(chatExchange({ lane: 'routed', attempts: [failed, chatAttempt({ attempt: 2 })] }));
  expect(rows).toMatchObject([
    {
      attempt: 1,
      final: false,
      status: 429,
      error_kind: 'status',
      cost_usd: '0.000000000',
      cost_status: 'exact',
      lane: 'routed',
      attempts: 2,
    },
    {
      attempt: 2,
      final: true,
      status: 200,
      cost_usd: '0.000021000',
      total_cost_usd: '0.000021000',
      total_status: 200,
      total_error_kind: '',
      lane: 'routed',
      attempts: 2,
    },
  ]);
});

describe('a hit of the cache', () => {
  const hit = (more: Partial<Exchange> = {}) =>
    chatExchange({
      lane: 'routed',
      attempts: [],
      cacheOutcome: 'hit',
      answeredFrom: chatAttempt({ attempt: 0, startedAt: Date.now() - 86_400_000 }),
      ...more,
    });

  it('is one row that cost nothing, with what the call would have cost now', () => {
    expect(rowsOf(hit())).toMatchObject([
      {
        attempt: 0,
        final: true,
        attempts: 0,
        provider: 'openai',
        model: 'gpt-4o-mini',
        response_model: 'gpt-4o-mini-2024-07-18',
        status: 200,
        cache_outcome: 'hit',
        cache_saved_usd: '0.000021000',
        cost_usd: '0.000000000',
        cost_status: 'exact',
        input_tokens: null,
        total_cost_usd: '0.000000000',
        total_input_tokens: null,
      },
    ]);
  });

  it('saves nothing that has no price', () => {
    const strange = chatAttempt({ attempt: 0, response: emptyBody });
    expect(
      rowsOf(hit({ answeredFrom: strange, request: jsonBody({ model: 'nobody-knows-it' }), status: 200 })),
    ).toMatchObject([{ cache_outcome: 'hit', cache_saved_usd: '0', cost_usd: '0.000000000' }]);
  });
});

it('a miss is a call like any other', () => {
  expect(rowsOf(chatExchange({ cacheOutcome: 'miss' }))).toMatchObject([
    { cache_outcome: 'miss', cache_saved_usd: '0', cost_usd: '0.000021000' },
  ]);
});

it('how its target was chosen stands in every row of an exchange', () => {
  const rows = rowsOf(chatExchange({ routing: '{"route":"chat"}', attempts: [failed, chatAttempt({ attempt: 2 })] }));
  expect(rows).toMatchObject(Array(2).fill({ routing: '{"route":"chat"}' }));
});

it('an experiment stands in every row of its exchange', () => {
  const part = { experiment: 'exp', variant: 'b', answeredVariant: 'a', unitId: 'ann' };
  const rows = rowsOf(chatExchange({ ...part, tags: noTags, attempts: [failed, chatAttempt({ attempt: 2 })] }));
  expect(rows).toMatchObject(Array(2).fill({ experiment: 'exp', variant: 'b', answered_variant: 'a', unit_id: 'ann' }));
});
