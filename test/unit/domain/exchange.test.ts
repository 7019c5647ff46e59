import fc from 'fast-check';
import { Packr } from 'msgpackr';
import { describe, expect, it } from 'vitest';
import { encodeExchange } from '../../../domain/encode-exchange.ts';
import { SpendlensError } from '../../../domain/error.ts';
import { type Attempt, decodeExchange, EXCHANGE_VERSION, type Exchange, notSteered } from '../../../domain/exchange.ts';
import { chatAttempt, chatExchange } from '../../harness/exchanges.ts';

const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), fc.constant('x'.repeat(70_000)));
/** msgpackr gives `__proto__` back without its last underscore, so that no reader's objects change. */
const name = text.filter((each) => each !== '__proto__');
const headers = fc.array(fc.tuple(text, text), { maxLength: 30 });
const body = fc.record({
  size: fc.nat(),
  head: fc.uint8Array({ maxLength: 3_000 }).map((bytes) => new Uint8Array(bytes)),
  tail: fc.option(fc.uint8Array({ maxLength: 3_000 }).map((bytes) => new Uint8Array(bytes))),
  contentType: fc.option(text),
  contentEncoding: fc.option(text),
  flags: fc.subarray(['truncated', 'shed', 'omitted', 'undecodable'] as const),
});
const duration = fc.double({ min: 0, max: 1e9, noNaN: true });

const steering = {
  cacheOutcome: fc.constantFrom('none' as const, 'hit' as const, 'miss' as const),
  answeredFrom: fc.constant(null),
  routing: text,
  experiment: text,
  variant: text,
  answeredVariant: text,
  unitId: text,
};

const exchanges: fc.Arbitrary<Exchange> = fc.record({
  v: fc.constant(EXCHANGE_VERSION),
  requestId: fc.uuid(),
  kind: fc.constantFrom('app', 'demo'),
  lane: fc.constantFrom('pass', 'routed'),
  arrivedAt: fc.integer({ min: 0, max: 2 ** 45 }),
  provider: text,
  method: text,
  path: text,
  userAgent: text,
  keyId: text,
  modelOverride: text,
  tags: fc.record({
    userId: text,
    feature: text,
    promptId: text,
    promptVersion: text,
    sessionId: text,
    sessionName: text,
    sessionPath: text,
    traceId: text,
    properties: fc.dictionary(name, text, { maxKeys: 20, noNullPrototype: true }),
    cut: fc.boolean(),
  }),
  requestHeaders: headers,
  request: body,
  requestFacts: fc.constant(null),
  status: fc.option(fc.integer({ min: 100, max: 599 })),
  errorKind: fc.option(fc.constantFrom('status', 'drained')),
  latencyMs: duration,
  ttftMs: fc.option(duration),
  overheadMs: duration,
  attempts: fc.array(
    fc.record({
      attempt: fc.nat(9),
      provider: text,
      upstream: text,
      model: text,
      path: text,
      startedAt: duration,
      status: fc.option(fc.integer({ min: 100, max: 599 })),
      errorKind: fc.constant(null),
      latencyMs: duration,
      ttftMs: fc.option(duration),
      responseHeaders: headers,
      response: body,
      facts: fc.constant(null),
    }),
    { maxLength: 3 },
  ),
  ...steering,
  lost: fc.record({ exchanges: fc.nat(), bodies: fc.nat() }),
});

/** Bytes come back as a view of the message, which is all the same to its readers. */
function comparable(exchange: Exchange): unknown {
  return JSON.parse(
    JSON.stringify(exchange, function (this: Record<string, unknown>, key, value: unknown) {
      const raw = this[key];
      return raw instanceof Uint8Array ? [...raw] : value;
    }),
  );
}

describe('an exchange', () => {
  it('comes out of the log as it went in', () => {
    fc.assert(
      fc.property(exchanges, (exchange) => {
        expect(comparable(decodeExchange(encodeExchange(exchange)))).toEqual(comparable(exchange));
      }),
      { numRuns: 60 },
    );
  });

  it('of version 1 is read, with what it could not know left empty', () => {
    const { model, path, ...call } = chatAttempt();
    const { cacheOutcome, answeredFrom, routing, experiment, variant, answeredVariant, unitId, ...old } =
      chatExchange();
    const bytes = new Packr({ useRecords: false }).pack({ ...old, v: 1, attempts: [call] });
    expect(decodeExchange(bytes)).toMatchObject({
      ...notSteered,
      v: EXCHANGE_VERSION,
      requestId: old.requestId,
      attempts: [{ upstream: call.upstream, model: '', path: '' }],
    });
  });

  it('keeps what was read from bodies that were dropped, and the call that a kept answer came from', () => {
    const requestFacts = { model: 'gpt-4o-mini', userId: 'u', streamed: true, countedInput: 7 };
    const facts: Attempt['facts'] = {
      model: 'gpt-4o-mini-2024-07-18',
      usageRaw: '{"prompt_tokens":100}',
      usage: null,
      reportedCost: 9_007_199_254_740_993n,
      serviceTier: '',
      toolCalls: 2,
      serverTools: { web_search: 1 },
      complete: false,
      countedOutput: null,
      hiddenReasoning: true,
      others: [],
    };
    const exchange = chatExchange({
      requestFacts,
      attempts: [chatAttempt({ facts })],
      answeredFrom: chatAttempt({ facts }),
    });
    const read = decodeExchange(encodeExchange(exchange));
    expect(read.requestFacts).toEqual(requestFacts);
    expect(read.attempts.map((attempt) => attempt.facts)).toEqual([facts]);
    expect(read.answeredFrom?.facts).toEqual(facts);
  });

  it('of older proxies is read, whose strings stand in bundles', () => {
    const exchange = chatExchange({ userAgent: 'a client ❤ of some length' });
    const bundled = new Packr({ useRecords: false, int64AsType: 'bigint', bundleStrings: true }).pack(exchange);
    expect(comparable(decodeExchange(bundled))).toEqual(comparable(exchange));
  });

  it('keeps its bytes when others are encoded after it, whatever their size', () => {
    const first = chatExchange();
    const encoded = encodeExchange(first);
    for (const size of [10, 70_000, 300_000, 10]) encodeExchange(chatExchange({ path: `/${'x'.repeat(size)}` }));
    expect(comparable(decodeExchange(encoded))).toEqual(comparable(first));
  });

  it('that cannot be encoded takes nothing of the next one along', () => {
    const broken: unknown = { ...chatExchange(), requestHeaders: [null] };
    // What a mistake of ours would hand over, whatever the type says.
    expect(() => Reflect.apply(encodeExchange, null, [broken])).toThrow(TypeError);
    const next = chatExchange();
    expect(comparable(decodeExchange(encodeExchange(next)))).toEqual(comparable(next));
  });

  it.each([
    ['is cut off', new Uint8Array([0x92, 0x01]), 'event_undecodable'],
    ['is no exchange', new Packr().pack({ v: EXCHANGE_VERSION, requestId: 'x' }), 'event_undecodable'],
    ['is of another version', new Packr().pack({ v: 99 }), 'event_version_unknown'],
    ['is empty', new Uint8Array(0), 'event_undecodable'],
  ])('that %s is a permanent failure', (_name, bytes, code) => {
    expect(() => decodeExchange(bytes)).toThrow(SpendlensError);
    try {
      decodeExchange(bytes);
    } catch (error) {
      expect(error).toMatchObject({ code, retryable: false });
    }
  });
});
