import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readRoutingTrace } from '../../../domain/routing/trace.ts';
import { call } from '../../harness/http-call.ts';
import { startTestProxy, type TestProxy } from '../../harness/proxy.ts';
import { type Script, startUpstream, type Upstream } from '../../harness/upstream.ts';

/** Who answers for a virtual model, and what the record says about why. */

let openai: Upstream;
let groq: Upstream;
let proxy: TestProxy;

const COOL_DOWN_MS = 1_000;

beforeAll(async () => {
  openai = await startUpstream();
  groq = await startUpstream();
  proxy = await startTestProxy({
    config: `providers:
  openai: { baseUrl: '${openai.url}' }
  anthropic: { baseUrl: '${openai.url}' }
  groq: { baseUrl: '${groq.url}', keyFrom: GROQ_KEY }
  cerebras: { baseUrl: '${groq.url}', keyFrom: GROQ_KEY }
routed: { breakerFailures: 3, coolDownMs: ${COOL_DOWN_MS} }
routes:
  - id: split
    name: split
    strategy: weighted
    targets: [{ model: openai/gpt-4o, weight: 3 }, { model: groq/llama-3.3-70b-versatile }]
  - id: steady
    name: steady
    targets: [{ model: groq/llama-3.1-8b-instant }, { model: openai/gpt-4o-mini }]
  - id: cheap
    name: cheap
    strategy: price
    targets: [{ model: openai/gpt-4o }, { model: groq/nobody-knows }, { model: openai/gpt-4o-mini }]
  - id: quick
    name: quick
    strategy: latency
    targets: [{ model: openai/o4-mini }, { model: groq/qwen/qwen3-32b }]
  - id: clever
    name: clever
    targets: [{ model: groq/small, images: false, contextWindow: 1000 }, { model: openai/gpt-4.1 }]
    rules:
      - { when: 'properties.plan == "pro"', targets: [{ model: openai/o3 }] }
      - { when: 'task == "code"', targets: [{ model: openai/gpt-5-codex }] }
  - id: blind
    name: blind
    targets: [{ model: groq/blind, images: false }]
`,
    env: { GROQ_KEY: 'gsk-of-the-proxy' },
  });
});
afterAll(async () => {
  await proxy?.stop();
  proxy?.remove();
  await openai?.close();
  await groq?.close();
});
beforeEach(() => {
  for (const upstream of [openai, groq]) {
    upstream.received.length = 0;
    upstream.answer(answer(200));
  }
});

const answer =
  (status: number): Script =>
  (_req, res) =>
    res.writeHead(status, { 'content-type': 'application/json' }).end('{"choices":[]}');
const ask = (model: string, more: object = {}, headers: Record<string, string> = {}, path = '/v1/chat/completions') =>
  call(`${proxy.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer sk-app', ...headers },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'hi' }], ...more }),
  });
const modelsAt = ({ received }: Upstream) => received.map(({ body }) => JSON.parse(String(body)).model);
async function recorded(found: Awaited<ReturnType<typeof call>>) {
  const exchange = await proxy.exchange(String(found.headers['helicone-id']));
  const trace = readRoutingTrace(exchange.routing);
  if (trace === null) throw new Error(`no trace: ${exchange.routing}`);
  return { exchange, trace };
}

describe('a virtual model', () => {
  it('is split by weight, each target with its own credentials', async () => {
    const n = 400;
    for (let sent = 0; sent < n; sent += 20) await Promise.all(Array.from({ length: 20 }, () => ask('split')));
    // n·p = 300, and σ = √(400 · ¾ · ¼) = 8.66; 4σ = 34.6
    expect(Math.abs(openai.received.length - 300)).toBeLessThan(35);
    expect(openai.received.length + groq.received.length).toBe(n);
    expect(new Set(modelsAt(openai))).toEqual(new Set(['gpt-4o']));
    expect(new Set(modelsAt(groq))).toEqual(new Set(['llama-3.3-70b-versatile']));
    expect(openai.received[0]?.headers.authorization).toBe('Bearer sk-app');
    expect(groq.received[0]?.headers.authorization).toBe('Bearer gsk-of-the-proxy');
    expect(groq.received[0]?.url).toBe('/openai/v1/chat/completions');
  });

  it('goes to the cheapest by the price lists, and what has no price comes last', async () => {
    const { exchange, trace } = await recorded(await ask('cheap', { max_tokens: 1_000 }));
    expect(modelsAt(openai)).toEqual(['gpt-4o-mini']);
    expect(exchange).toMatchObject({ status: 200, attempts: [{ provider: 'openai', model: 'gpt-4o-mini' }] });
    // About 3 tokens of 4 bytes sent (role and content), 500 taken to be answered.
    // gpt-4o: 2 × 2,500 n$ + 500 × 10,000 n$; gpt-4o-mini: 2 × 150 n$ + 500 × 600 n$
    expect(trace).toMatchObject({
      route: 'cheap',
      asked: 'cheap',
      strategy: 'price',
      tokens: 2,
      reason: 'openai/gpt-4o-mini costs least by the price lists',
      candidates: [
        { model: 'openai/gpt-4o', place: 2, costNano: '5005000', contextWindow: 128_000 },
        { model: 'groq/nobody-knows', place: 3, costNano: null, contextWindow: null },
        { model: 'openai/gpt-4o-mini', place: 1, costNano: '300300' },
      ],
    });
  });

  it('goes to the fastest of what was measured', async () => {
    openai.answer((req, res, received) => void sleep(300).then(() => answer(200)(req, res, received)));
    await ask('quick');
    await ask('quick');
    expect([openai.received.length, groq.received.length]).toEqual([1, 1]);
    const { trace } = await recorded(await ask('quick'));
    expect(groq.received).toHaveLength(2);
    expect(modelsAt(groq)).toEqual(['qwen/qwen3-32b', 'qwen/qwen3-32b']);
    expect(trace.reason).toBe('groq/qwen/qwen3-32b was the fastest lately');
    expect(trace.candidates.map(({ ttftMs }) => ttftMs)).toEqual([expect.any(Number), expect.any(Number)]);
  });

  it('leaves a target that fails in peace, and comes back to it', async () => {
    groq.answer(answer(500));
    for (let i = 0; i < 3; i++) expect((await ask('steady')).status).toBe(200);
    expect([groq.received.length, openai.received.length]).toEqual([3, 3]);
    const { exchange, trace } = await recorded(await ask('steady'));
    expect(groq.received).toHaveLength(3);
    expect(exchange.attempts.map(({ provider }) => provider)).toEqual(['openai']);
    expect(trace.candidates).toMatchObject([
      { model: 'groq/llama-3.1-8b-instant', breaker: 'open', place: 2 },
      { model: 'openai/gpt-4o-mini', breaker: 'closed', place: 1 },
    ]);
    groq.answer(answer(200));
    await sleep(COOL_DOWN_MS + 50);
    const probe = await recorded(await ask('steady'));
    expect(probe.trace.candidates).toMatchObject([{ breaker: 'half-open', place: 1 }, {}]);
    expect(probe.exchange.attempts).toMatchObject([{ provider: 'groq', status: 200 }]);
    expect((await recorded(await ask('steady'))).trace.candidates).toMatchObject([{ breaker: 'closed' }, {}]);
  });

  it('falls over to the next target, as the attempts tell', async () => {
    groq.answer(answer(429));
    const found = await ask('steady');
    expect(found).toMatchObject({ status: 200, headers: { 'spendlens-attempts': '2' } });
    expect((await recorded(found)).exchange.attempts).toMatchObject([
      { provider: 'groq', model: 'llama-3.1-8b-instant', status: 429 },
      { provider: 'openai', model: 'gpt-4o-mini', status: 200 },
    ]);
  });
});

describe('rules and capabilities', () => {
  const image = [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }] }];

  it.each<[string, string, object, Record<string, string>]>([
    ['nothing special', 'small', {}, {}],
    ['a property', 'o3', {}, { 'helicone-property-plan': 'pro' }],
    ['a task', 'gpt-5-codex', {}, { 'helicone-property-task': 'code', 'helicone-property-plan': 'free' }],
    ['an image', 'gpt-4.1', { messages: image }, {}],
    // 6,000 bytes / 4 = 1,500 tokens, more than the 1,000 of the first target
    ['a long prompt', 'gpt-4.1', { messages: [{ role: 'user', content: 'x'.repeat(6_000) }] }, {}],
  ])('%s leads to %s', async (_name, model, more, headers) => {
    const { trace } = await recorded(await ask('clever', more, headers));
    expect([...modelsAt(openai), ...modelsAt(groq)]).toEqual([model]);
    expect(trace.candidates.find(({ place }) => place === 1)?.model).toMatch(new RegExp(`/${model}$`));
  });

  it('say what could not be told, and who was left out', async () => {
    const { trace } = await recorded(await ask('clever', { messages: image }));
    expect(trace.notes).toEqual(['properties.plan == "pro": No such key: plan']);
    expect(trace.candidates[0]).toMatchObject({ place: null, excluded: 'takes no images' });
  });

  it('make a 400 where nobody is left, with its trace', async () => {
    const found = await ask('blind', { messages: image });
    expect(found.status).toBe(400);
    expect(JSON.parse(String(found.body)).error.message).toMatch(
      /blind: no target can take this request: groq\/blind takes no images/,
    );
    expect((await recorded(found)).exchange).toMatchObject({ errorKind: 'refused', attempts: [] });
  });

  it('refuse another format, since nothing is translated', async () => {
    const found = await ask('blind', {}, { 'anthropic-version': '2023-06-01' }, '/v1/messages');
    expect(found.status).toBe(400);
    expect(String(found.body)).toMatch(/does not speak the format of this path/);
    expect(groq.received).toHaveLength(0);
  });

  it('hold for the model alone, not for a list of models', async () => {
    const found = await ask('gpt-4o', { models: ['split'] });
    expect(found.status).toBe(400);
    expect(String(found.body)).toMatch(/decided by a route/);
  });
});

describe('a suffix', () => {
  it('takes the cheapest of those that list the model and can be called', async () => {
    openai.answer(answer(404));
    const { exchange, trace } = await recorded(await ask('gpt-oss-120b:floor'));
    expect(modelsAt(groq)).toEqual(['gpt-oss-120b']);
    expect(groq.received[0]?.headers.authorization).toBe('Bearer gsk-of-the-proxy');
    expect(trace).toMatchObject({ route: '', asked: 'gpt-oss-120b:floor', strategy: 'price' });
    // OpenAI's list has it for less, but OpenAI itself does not know it.
    expect(trace.candidates.map(({ model, place }) => [place, model])).toEqual([
      [1, 'openai/gpt-oss-120b'],
      [2, 'cerebras/gpt-oss-120b'],
    ]);
    expect(exchange.attempts.map(({ status }) => status)).toEqual([404, 200]);
  });

  it('takes the fastest of them', async () => {
    const { trace } = await recorded(await ask('gpt-4o:nitro'));
    expect(modelsAt(openai)).toEqual(['gpt-4o']);
    expect(trace).toMatchObject({ strategy: 'latency', candidates: [{ model: 'openai/gpt-4o' }] });
  });

  it('of a model that nobody lists is a 400', async () => {
    const found = await ask('nobody-knows:floor');
    expect(found.status).toBe(400);
    expect(String(found.body)).toMatch(/no provider/);
  });
});

it('a start with a route to a provider without a key fails and says so', async () => {
  const config = 'routes: [{ id: a, name: b, targets: [{ model: groq/x }] }]';
  await expect(startTestProxy({ config })).rejects.toThrow(/routes\.a: set providers\.groq\.keyFrom/);
});
