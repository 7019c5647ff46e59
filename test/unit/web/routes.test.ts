import { describe, expect, it } from 'vitest';
import { emptyRoute, emptyTarget, nextKey, routeDraft, routeOf } from '../../../dashboard/web/routes/route-draft.ts';
import { routeText } from '../../../dashboard/web/routes/route-words.ts';
import type { ConfigEntry } from '../../../domain/money-api.ts';
import { routeValue } from '../../../domain/routes-api.ts';
import { route } from '../../../domain/routing/route.ts';

const value = {
  name: 'fast',
  strategy: 'weighted' as const,
  targets: [
    { model: 'openai/gpt-4o-mini', weight: 3 },
    { model: 'groq/small', weight: 1, images: false, contextWindow: 8_192 },
  ],
  rules: [
    { when: 'task == "code"', targets: [{ model: 'openai/gpt-4.1', weight: 1 }] },
    { when: 'tokens > 5000', strategy: 'price' as const },
  ],
};
const entry = (what: Record<string, unknown>): ConfigEntry => ({
  ...{ id: 'r', version: 1, source: 'dashboard', at: null, who: 'dashboard', deleted: false },
  value: what,
});

describe('the form of a route', () => {
  it('gives back what it was opened with, as the server reads it', () => {
    expect(route.parse(routeOf(routeDraft(routeValue.parse(value))))).toEqual(value);
  });

  it('sends a number that is none as it was typed, so that the server names it', () => {
    const draft = { ...emptyRoute, name: 'x', targets: [{ key: 0, ...emptyTarget, model: 'a/b', weight: 'much' }] };
    expect(route.safeParse(routeOf(draft)).error?.issues).toMatchObject([{ path: ['targets', 0, 'weight'] }]);
  });

  it('reads 128,000 as people write it', () => {
    const draft = { ...emptyRoute, targets: [{ key: 0, ...emptyTarget, model: 'a/b', contextWindow: '128,000' }] };
    expect(routeOf(draft)).toMatchObject({ targets: [{ contextWindow: 128_000 }] });
  });

  it('never gives a row the key of another', () => {
    expect(nextKey([])).toBe(0);
    expect(nextKey([{ key: 4 }, { key: 1 }])).toBe(5);
  });
});

describe('a route in words', () => {
  it('names targets, strategy and rules', () => {
    expect(routeText(entry(value))).toBe(
      'fast · By weight · openai/gpt-4o-mini ×3, groq/small ×1 · if task == "code": openai/gpt-4.1 ×1 · if tokens > 5000: lowest price',
    );
  });

  it('says so where it cannot be read', () => {
    expect(routeText(entry({ name: 7 }))).toBe('not readable by this version');
  });
});
