import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../../domain/config.ts';
import { compileExpression } from '../../../../domain/routing/expression.ts';
import { readRequestFacts } from '../../../../domain/routing/request-facts.ts';

const tags = {
  userId: 'ada',
  feature: 'chat',
  promptId: 'p1',
  promptVersion: '',
  sessionId: 's',
  sessionName: '',
  sessionPath: '',
  traceId: '',
  properties: { Tier: 'gold', plan: 'pro' },
  cut: false,
};
const image = { type: 'image_url', image_url: { url: `data:image/png;base64,${'A'.repeat(40_000)}` } };
const body = (content: unknown, more: object = {}) => ({ model: 'fast', messages: [{ content }], ...more });

describe('facts of a request', () => {
  it.each([
    // 400 bytes / 4
    ['text by its bytes', body('x'.repeat(400)), { tokens: 100, hasImage: false, hasTools: false, maxOutput: null }],
    // 100 signs of 3 bytes / 4
    ['other scripts by theirs', body('漢'.repeat(100)), { tokens: 75 }],
    // 5 bytes ("text" and one more) / 4, and 1,000 for the picture, whose bytes are not text
    ['an image at its own', body([{ type: 'text', text: 'x' }, image]), { tokens: 1_002, hasImage: true }],
    ['a stream with a limit', body('', { stream: true, max_tokens: 9 }), { stream: true, maxOutput: 9 }],
    ['tools', body('', { tools: [{ name: 'abcd' }] }), { hasTools: true, tokens: 1 }],
  ])('%s', (_name, value, expected) => {
    expect(readRequestFacts(value, tags)).toMatchObject(expected);
  });
});

describe('an expression', () => {
  const facts = readRequestFacts(body([image]), tags);
  const evaluate = (text: string) => {
    const compiled = compileExpression(text);
    return 'fault' in compiled ? compiled : compiled(facts);
  };

  it.each([
    ['has_image && !stream', true],
    ['tier == "gold" && user == "ada" && feature == "chat" && prompt == "p1" && model == "fast"', true],
    ['tokens > 2000', false],
    ['has(properties.plan) && properties.plan in ["pro", "team"]', true],
    ['"absent" in properties', false],
    ['task == ""', true],
  ])('%s', (text, holds) => expect(evaluate(text)).toEqual({ holds }));

  it.each([
    ['tokes > 1', /Unknown variable: tokes/],
    ['tokens + "a"', /no such overload/],
    ['task ==', /Unexpected token/],
    ['task', /it is string/],
    ['user.matches("(a+)+$")', /matches\(\) is not available/],
    ['!(false || user.matches("a"))', /matches\(\) is not available/],
    ['properties.constructor == "x"', /No such key/],
  ])('%s is refused', (text, fault) => expect(evaluate(text)).toEqual({ fault: expect.stringMatching(fault) }));

  it('of more than 500 parts is refused', () => {
    expect(evaluate(`${'1+'.repeat(600)}1 > 0`)).toEqual({ fault: expect.stringMatching(/500/) });
  });
});

describe('routes of spendlens.yaml', () => {
  const target = '{ model: openai/gpt-4o }';
  it.each([
    [
      `routes: [{ id: a, name: fast, targets: [${target}], rules: [{ when: 'tokes > 1', strategy: price }] }]`,
      'f.yaml:1:78: routes.0.rules.0.when: found "tokes > 1", expected an expression in CEL that can be true or false: Unknown variable: tokes',
    ],
    [
      'routes: [{ id: a, name: fast, targets: [{ model: gpt-4o }] }]',
      'f.yaml:1:43: routes.0.targets.0.model: found "gpt-4o", expected PROVIDER/MODEL',
    ],
    [
      `routes: [{ id: a, name: fast, targets: [${target}], strategy: best }]`,
      'routes.0.strategy: found "best", expected one of weighted, priority, price, latency, least-busy',
    ],
    [
      `routes: [{ id: a, name: fast, targets: [${target}] }, { id: b, name: fast, targets: [${target}] }]`,
      'routes.1.name: found "fast", expected a name that no other route has',
    ],
    [`routes: [{ id: a, name: 'x:floor', targets: [${target}] }]`, 'a name without :floor or :nitro at its end'],
    [`routes: [{ id: a, name: fast, targets: [${target}, ${target}] }]`, 'a target that no other names'],
    [
      `routes: [{ id: a, name: fast, targets: [${target}], rules: [{ when: 'stream' }] }]`,
      'targets, a strategy, or both',
    ],
  ])('%s', (text, expected) => {
    expect(() => parseConfig(text, 'f.yaml')).toThrow(expected);
  });
});
