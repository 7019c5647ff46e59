import { describe, expect, it } from 'vitest';
import { askedDelay, readRetrySettings, retryDefaults, retryDelay } from '../../../../proxy/routed/retry.ts';
import { createRetryBudget } from '../../../../proxy/routed/retry-budget.ts';

const NOW = Date.parse('2026-11-21T06:00:00Z');
const asked = (headers: Record<string, string>, body = '') => askedDelay(Object.entries(headers), body, NOW);

describe('the wait that a provider asks for', () => {
  it.each([
    ['seconds', { 'Retry-After': '2' }, 2_000],
    ['seconds with a fraction', { 'retry-after': '0.5' }, 500],
    ['a date', { 'retry-after': 'Sat, 21 Nov 2026 06:00:07 GMT' }, 7_000],
    ['a date that is past', { 'retry-after': 'Sat, 21 Nov 2026 05:00:00 GMT' }, 0],
    ['milliseconds, which win', { 'retry-after-ms': '20', 'retry-after': '2' }, 20],
    ['a limit that is used up', { 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '6m1.5s' }, 361_500],
    ['a limit that is not used up', { 'x-ratelimit-remaining-tokens': '5', 'x-ratelimit-reset-tokens': '6m0s' }, null],
    [
      'the later of two limits',
      {
        'x-ratelimit-remaining-requests': '0',
        'x-ratelimit-reset-requests': '20ms',
        'x-ratelimit-remaining-tokens': '0',
        'x-ratelimit-reset-tokens': '1s',
      },
      1_000,
    ],
    [
      'a date of Anthropic’s',
      {
        'anthropic-ratelimit-output-tokens-remaining': '0',
        'anthropic-ratelimit-output-tokens-reset': '2026-11-21T06:00:03Z',
      },
      3_000,
    ],
    ['plain seconds', { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '60' }, 60_000],
    ['nonsense', { 'retry-after': 'soon' }, null],
    ['nothing', {}, null],
  ])('%s', (_name, headers, expected) => {
    expect(asked(headers)).toBe(expected);
  });

  it('stands in the body of Gemini’s', () => {
    const info = { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '34s' };
    expect(asked({}, JSON.stringify({ error: { code: 429, details: [{ a: 1 }, info] } }))).toBe(34_000);
    expect(asked({}, JSON.stringify([{ error: { code: 429, details: [info] } }]))).toBe(34_000);
  });
});

describe('the wait before call n', () => {
  it.each([
    // 1000 × 2^(n-1), at most 10,000; the jitter takes it all at 1 and none at 0
    [1, 1, 1_000],
    [2, 1, 2_000],
    [4, 1, 8_000],
    [5, 1, 10_000],
    [4, 0.25, 2_000],
    [4, 0, 0],
  ])('after %i calls, with a jitter of %f', (made, jitter, expected) => {
    expect(retryDelay(retryDefaults, made, null, () => jitter)).toBe(expected);
  });

  it('is no less than what was asked for, and none where that is too much', () => {
    expect(retryDelay(retryDefaults, 1, 3_000, () => 0)).toBe(3_000);
    expect(retryDelay(retryDefaults, 1, 10_001, () => 0)).toBeNull();
  });
});

it('what the headers leave out is the reference’s default', () => {
  expect(readRetrySettings(() => '')).toEqual({ num: 5, factor: 2, minTimeoutMs: 1_000, maxTimeoutMs: 10_000 });
});

describe('the budget', () => {
  it('is a tenth of the calls of the last ten seconds, each address for itself', () => {
    let now = 0;
    const budget = createRetryBudget(2, () => now);
    const spent = (upstream: string) => {
      let count = 0;
      while (budget.spend(upstream)) count++;
      return count;
    };
    for (let i = 0; i < 100; i++) budget.called('a');
    expect(spent('a')).toBe(10);
    expect(spent('b')).toBe(2);
    now = 9_999;
    expect(spent('a')).toBe(0);
    now = 10_000;
    expect(spent('a')).toBe(2);
  });
});
