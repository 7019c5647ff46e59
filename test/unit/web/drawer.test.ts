import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { curlOf, shellQuoted } from '../../../dashboard/web/drawer/curl.ts';
import { imageSource } from '../../../dashboard/web/drawer/image-source.ts';
import { prettyJson } from '../../../dashboard/web/drawer/pretty.ts';
import { receiptSum } from '../../../dashboard/web/drawer/receipt-sum.ts';
import { unitPrice } from '../../../dashboard/web/drawer/receipt-words.ts';
import { spansOf } from '../../../dashboard/web/drawer/spans.ts';
import type { RequestDetail, RequestLine } from '../../../domain/api.ts';
import { receipt } from '../../../domain/prices/receipt.ts';

const line: RequestLine = {
  requestId: '41a50f78-4227-4336-a969-d6cce39d31f7',
  outboxId: 'k3',
  seq: 1,
  createdAt: '2026-11-21T02:00:00.000Z',
  userId: 'ann',
  feature: 'chat',
  promptId: '',
  promptVersion: '',
  sessionId: '',
  provider: 'openai',
  model: 'gpt-5-mini',
  responseModel: 'gpt-5-mini',
  path: '/v1/chat/completions',
  status: 200,
  errorKind: '',
  streamed: false,
  inputTokens: 10,
  cacheReadTokens: 0,
  outputTokens: 5,
  reasoningTokens: 0,
  cost: '0.000012500',
  costStatus: 'exact',
  latencyMs: 1000,
  ttftMs: 400,
  keyId: '',
  userAgent: '',
  properties: {},
};
type Attempt = RequestDetail['attempts'][number];
const attempt: Attempt = {
  attempt: 1,
  provider: 'openai',
  model: 'gpt-5-mini',
  responseModel: 'gpt-5-mini',
  status: 200,
  errorKind: '',
  latencyMs: 990,
  ttftMs: 400,
  cost: '0.000012500',
  costStatus: 'exact',
  receipt: receipt.parse({ lines: [], priceModel: '', source: '', priceFrom: '', tier: '', reason: '' }),
  priceVersion: '',
  usageRaw: '',
  requestHeaders: 'host: x\nauthorization: [redacted]\ncontent-type: application/json\nx-note: it\'s "fine" $HOME',
  requestBody: '{"a":"it\'s $(whoami)"}',
  responseHeaders: '',
  responseBody: '',
  flags: [],
};

describe('replay as curl', () => {
  it('says again what was said, with a placeholder for the key', () => {
    expect(curlOf('http://127.0.0.1:8787/', { method: 'POST', line }, attempt)).toBe(
      [
        "curl -X 'POST' 'http://127.0.0.1:8787/openai/v1/chat/completions'",
        "-H 'authorization: Bearer YOUR_KEY'",
        "-H 'content-type: application/json'",
        `-H 'x-note: it'\\''s "fine" $HOME'`,
        `--data-raw '{"a":"it'\\''s $(whoami)"}'`,
      ].join(' \\\n  '),
    );
  });

  it('gives a shell nothing to run', () => {
    const harmless = fc.string({ unit: 'grapheme', maxLength: 60 }).filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(fc.oneof(harmless, fc.constantFrom("'; id; '", '$(id)', '`id`', '\\', "'", '"\n')), (text) => {
        const back = execFileSync('/bin/sh', ['-c', `printf %s ${shellQuoted(text)}`], { encoding: 'utf8' });
        expect(back).toBe(text);
      }),
      { numRuns: 25 },
    );
  });
});

describe('pictures', () => {
  it.each([
    { source: 'data:image/png;base64,iVBORw0KGgo=', shown: true },
    { source: 'data:image/jpeg;base64,/9j/4AAQ', shown: true },
    { source: 'data:image/svg+xml;base64,PHN2Zz4=', shown: false },
    { source: 'data:text/html;base64,PGI+', shown: false },
    { source: 'https://elsewhere.example/pixel.png', shown: false },
    { source: 'javascript:alert(1)', shown: false },
    { source: 'data:image/png;base64,x" onerror="alert(1)', shown: false },
    { source: '', shown: false },
  ])('$source', ({ source, shown }) => expect(imageSource(source) !== null).toBe(shown));
});

describe('prettyJson', () => {
  it.each([
    { text: '{"a":[1]}', shown: '{\n  "a": [\n    1\n  ]\n}' },
    { text: 'data: {"a":1}\n\n', shown: 'data: {"a":1}\n\n' },
    { text: '{"cut": ', shown: '{"cut": ' },
    { text: '', shown: '' },
  ])('$text', ({ text, shown }) => expect(prettyJson(text)).toBe(shown));

  it('reads like the library, where numbers are not in question', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4, noUnicodeString: false }), (value) => {
        const text = JSON.stringify(value);
        if (/^[{[]/.test(text)) expect(prettyJson(text)).toBe(JSON.stringify(value, null, 2));
      }),
    );
  });

  it('keeps numbers that a float cannot hold as they were sent', () => {
    expect(prettyJson('{"id":12345678901234567890}')).toContain('12345678901234567890');
  });
});

describe('the receipt', () => {
  it.each([
    { name: '$0.15 per million', pico: '150000', shown: '$0.15 / M' },
    { name: '$15 per million', pico: '15000000', shown: '$15.00 / M' },
    { name: 'a price finer than a cent', pico: '37500', shown: '$0.0375 / M' },
    { name: 'a fee for each call', pico: '10000000000', shown: '$0.01 each' },
  ])('$name', ({ pico, shown }) => expect(unitPrice(pico)).toBe(shown));

  it('adds up to the nano-dollar', () => {
    const lines = ['320130000', '690000', '9315000'].map((amountNano) => ({
      item: 'input',
      units: 1,
      pricePico: '1',
      amountNano,
      note: '',
      model: '',
      source: '',
    }));
    expect(receiptSum({ ...attempt.receipt, lines })).toBe(330_135_000n);
  });
});

describe('the timing', () => {
  it('puts attempts one after the other behind our overhead', () => {
    const rows = spansOf({ line, overheadMs: 10, attempts: [{ ...attempt, latencyMs: 200, ttftMs: null }, attempt] });
    expect(rows.map(({ startMs, endMs }) => [startMs, endMs])).toEqual([
      [0, 210],
      [210, 1200],
    ]);
    expect(rows.flatMap((row) => row.spans.map((span) => [span.kind, span.startMs, span.ms]))).toEqual([
      ['overhead', 0, 10],
      ['call', 10, 200],
      ['wait', 210, 400],
      ['stream', 610, 590],
    ]);
  });

  it('has a bar even where no provider was called', () => {
    expect(spansOf({ line, overheadMs: 3, attempts: [] })).toMatchObject([{ attempt: null, endMs: 1000 }]);
  });
});
