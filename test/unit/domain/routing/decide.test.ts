import { describe, expect, it } from 'vitest';
import { decide, type TargetLook } from '../../../../domain/routing/decide.ts';
import type { RequestFacts } from '../../../../domain/routing/request-facts.ts';
import { compileRoute, type Route, type RouteTarget, readSuffix, route } from '../../../../domain/routing/route.ts';
import { routingTrace } from '../../../../domain/routing/trace.ts';

const facts: RequestFacts = {
  model: 'fast',
  user: 'ada',
  feature: 'chat',
  prompt: '',
  session: '',
  properties: {},
  stream: false,
  hasImage: false,
  hasTools: false,
  tokens: 100,
  maxOutput: null,
};
const idle: TargetLook = {
  obstacle: '',
  state: { ttftMs: null, inFlight: 0, breaker: 'closed' },
  contextWindow: null,
  cost: null,
};
type Look = Partial<Omit<TargetLook, 'state'>> & Partial<TargetLook['state']>;
const lookOf = ({ obstacle = '', contextWindow = null, cost = null, ...state }: Look): TargetLook => ({
  obstacle,
  contextWindow,
  cost,
  state: { ...idle.state, ...state },
});

function decideAmong(
  looks: Readonly<Record<string, Look>>,
  options: Partial<Route> = {},
  asked: Partial<RequestFacts> = {},
  random = () => 0.5,
) {
  const targets = options.targets ?? Object.keys(looks).map((model) => ({ model, weight: 1 }));
  const value = route.parse({ name: 'fast', targets, ...options });
  const look = ({ model }: RouteTarget) => lookOf(looks[model] ?? {});
  const { targets: chosen, trace } = decide(compileRoute('r', value), { ...facts, ...asked }, look, random);
  return { order: chosen.map(({ model }) => model), trace: routingTrace.parse(JSON.parse(JSON.stringify(trace))) };
}

describe('the order of targets', () => {
  it.each<[string, Partial<Route>, Record<string, Look>, string[]]>([
    ['by priority, as listed', {}, { 'a/x': { cost: 9n }, 'b/x': { cost: 1n } }, ['a/x', 'b/x']],
    [
      'by price, the unknown one last',
      { strategy: 'price' },
      { 'a/x': {}, 'b/x': { cost: 9n }, 'c/x': { cost: 1n } },
      ['c/x', 'b/x', 'a/x'],
    ],
    [
      'by latency, the unmeasured one first',
      { strategy: 'latency' },
      { 'a/x': { ttftMs: 90 }, 'b/x': { ttftMs: 30 }, 'c/x': {} },
      ['c/x', 'b/x', 'a/x'],
    ],
    [
      'by calls under way',
      { strategy: 'least-busy' },
      { 'a/x': { inFlight: 3 }, 'b/x': { inFlight: 1 }, 'c/x': { inFlight: 2 } },
      ['b/x', 'c/x', 'a/x'],
    ],
    [
      'those that rest come last, whatever they cost',
      { strategy: 'price' },
      { 'a/x': { cost: 1n, breaker: 'open' }, 'b/x': { cost: 9n } },
      ['b/x', 'a/x'],
    ],
    [
      'one that has rested has its own place again',
      { strategy: 'price' },
      { 'a/x': { cost: 1n, breaker: 'half-open' }, 'b/x': { cost: 9n } },
      ['a/x', 'b/x'],
    ],
    ['those that cannot be called are left out', {}, { 'a/x': { obstacle: 'no key' }, 'b/x': {} }, ['b/x']],
  ])('%s', (_name, options, looks, expected) => {
    expect(decideAmong(looks, options).order).toEqual(expected);
  });

  it('by weight follows the draw, without replacement', () => {
    const targets = [
      { model: 'a/x', weight: 1 },
      { model: 'b/x', weight: 3 },
    ];
    // −ln(1 − u) / w: 0.693 for a, and for b 0.231 of the same draw.
    expect(decideAmong({}, { targets, strategy: 'weighted' }).order).toEqual(['b/x', 'a/x']);
    const draws = [0.1, 0.9];
    // 0.105 for a, 0.768 for b.
    expect(decideAmong({}, { targets, strategy: 'weighted' }, {}, () => draws.shift() ?? 0).order).toEqual([
      'a/x',
      'b/x',
    ]);
  });
});

describe('what fits', () => {
  const small = { 'a/x': { contextWindow: 1_000 }, 'b/x': { contextWindow: 4_000 }, 'c/x': {} };

  it.each<[string, Partial<RequestFacts>, string[]]>([
    ['a small request fits all', { tokens: 900 }, ['a/x', 'b/x', 'c/x']],
    ['the answer counts too', { tokens: 900, maxOutput: 200 }, ['b/x', 'c/x']],
    ['an unknown window excludes nobody', { tokens: 9_000 }, ['c/x']],
  ])('%s', (_name, asked, expected) => {
    expect(decideAmong(small, {}, asked).order).toEqual(expected);
  });

  it('is asked of the largest where nobody is large enough, since the count is an estimate', () => {
    const looks = { 'a/x': { contextWindow: 1_000 }, 'b/x': { contextWindow: 4_000 } };
    const { order, trace } = decideAmong(looks, {}, { tokens: 9_000 });
    expect(order).toEqual(['b/x']);
    expect(trace.notes).toEqual(['nobody takes about 9000 tokens: the largest is asked']);
    expect(trace.candidates).toMatchObject([
      { place: null, excluded: /takes 1000 tokens/ },
      { place: 1, excluded: '' },
    ]);
  });

  it('takes images unless it says that it does not, and says why nobody is left', () => {
    const targets = [
      { model: 'a/x', weight: 1, images: false },
      { model: 'b/x', weight: 1 },
    ];
    expect(decideAmong({}, { targets }, { hasImage: true }).order).toEqual(['b/x']);
    expect(decideAmong({}, { targets }).order).toEqual(['a/x', 'b/x']);
    const { order, trace } = decideAmong({}, { targets: targets.slice(0, 1) }, { hasImage: true });
    expect(order).toEqual([]);
    expect(trace.reason).toBe('no target can take this request: a/x takes no images');
  });
});

describe('rules', () => {
  const rules = [
    { when: 'properties.plan == "pro"', targets: [{ model: 'b/pro', weight: 1 }] },
    { when: 'tokens > 5000 && !stream', strategy: 'price' as const },
    { when: 'task in ["code", "sql"] || tier == "gold"', targets: [{ model: 'c/code', weight: 1 }] },
  ];
  it.each<[string, Partial<RequestFacts>, string, string]>([
    ['a property', { properties: { plan: 'pro' } }, 'b/pro', 'properties.plan == "pro"'],
    ['the size', { tokens: 6_000 }, 'a/x', 'tokens > 5000 && !stream'],
    ['task, as apps write it', { properties: { Task: 'sql', plan: '' } }, 'c/code', rules[2]?.when ?? ''],
    ['none', { properties: { plan: 'free' } }, 'a/x', ''],
  ])('by %s', (_name, asked, first, rule) => {
    const { order, trace } = decideAmong({ 'a/x': {} }, { rules }, asked);
    expect(order[0]).toBe(first);
    expect(trace.rule).toBe(rule);
  });

  it('that cannot be told do not hold, and the trace says so', () => {
    const { order, trace } = decideAmong({ 'a/x': {} }, { rules });
    expect(order).toEqual(['a/x']);
    expect(trace.notes).toEqual(['properties.plan == "pro": No such key: plan']);
  });
});

describe('suffixes', () => {
  it.each([
    ['gpt-4o:floor', { model: 'gpt-4o', strategy: 'price' }],
    ['gpt-4o:nitro', { model: 'gpt-4o', strategy: 'latency' }],
    ['qwen3:8b', null],
  ])('%s', (name, expected) => expect(readSuffix(name)).toEqual(expected));
});
