import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { requestDetail } from '../../../domain/api.ts';
import { configEntries, configEntry } from '../../../domain/money-api.ts';
import { routeTraffic } from '../../../domain/routes-api.ts';
import { readRoutingTrace } from '../../../domain/routing/trace.ts';
import { type Stack, startStack, until } from '../../harness/stack.ts';
import { startUpstream, type Upstream } from '../../harness/upstream.ts';

/** From the dashboard's API to the proxy that follows it, and from the proxy to the row that says why. */

let upstream: Upstream;
let stack: Stack;

beforeAll(async () => {
  upstream = await startUpstream();
  upstream.answer((_req, res, received) => {
    const { model } = z.object({ model: z.string() }).parse(JSON.parse(received.body.toString()));
    const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };
    const answer = { id: 'c', object: 'chat.completion', model, choices: [], usage };
    const fails = model === 'gpt-4o';
    res
      .writeHead(fails ? 503 : 200, { 'content-type': 'application/json' })
      .end(JSON.stringify(fails ? { error: { message: 'busy' } } : answer));
  });
  stack = await startStack({
    config: `
providers:
  openai: { baseUrl: '${upstream.url}' }
routes:
  - id: of-the-file
    name: declared
    targets: [{ model: openai/gpt-4o }, { model: openai/gpt-4o-mini }]
`,
  });
});
afterAll(async () => {
  await stack?.stop();
  await upstream?.close();
});

async function ask(model: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${stack.endpoints().proxy}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer sk-app', ...headers },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Is it?' }] }),
  });
  const answer = z.object({ model: z.string() }).parse(await response.json());
  return {
    status: response.status,
    model: answer.model,
    id: response.headers.get('spendlens-id') ?? '',
    left: response.headers.get('helicone-ratelimit-remaining'),
  };
}
const save = (value: object, base: object = { version: 0 }) => stack.api('POST', '/api/routes', { ...base, value });
const cheap = {
  name: 'cheap',
  strategy: 'price',
  targets: [{ model: 'openai/gpt-4.1' }, { model: 'openai/gpt-4.1-nano' }],
};

describe('a virtual model', () => {
  it('of the file leaves its trace in the row, in the drawer’s answer and in the traffic of the week', async () => {
    const { id, model } = await ask('declared');
    expect(model).toBe('gpt-4o-mini');
    await stack.waitForCount(`SELECT count() AS n FROM attempts WHERE request_id = '${id}'`, 2);
    const rows = await stack.sql<{ routing: string; model: string }>(
      `SELECT routing, model FROM attempts WHERE request_id = '${id}' ORDER BY attempt`,
    );
    expect(rows.map((row) => row.model)).toEqual(['gpt-4o', 'gpt-4o-mini']);
    expect(readRoutingTrace(rows[1]?.routing ?? '')).toMatchObject({ route: 'of-the-file', asked: 'declared' });
    const detail = requestDetail.parse(await stack.api('GET', `/api/requests/${id}`));
    expect(detail.routing).toMatchObject({ reason: 'openai/gpt-4o is the first in the list that can take it' });
    expect(routeTraffic.parse(await stack.api('GET', '/api/routes/traffic'))).toEqual({
      routes: [
        {
          name: 'declared',
          requests: 1,
          // 10 × 150 n$ + 5 × 600 n$; the call that failed is free
          spend: '0.0000045',
          unpriced: 0,
          errors: 0,
          answeredBy: [{ model: 'openai/gpt-4o-mini', requests: 1 }],
        },
      ],
    });
  });

  it('that is made, changed and deleted over the API is followed by the proxy', async () => {
    const made = configEntry.parse(await save(cheap));
    expect(await until(async () => (await ask('cheap')).model === 'gpt-4.1-nano')).toBe(true);
    const base = { id: made.id, version: made.version };
    const changed = configEntry.parse(await save({ ...cheap, strategy: 'priority' }, base));
    expect(changed.version).toBe(2);
    expect(await until(async () => (await ask('cheap')).model === 'gpt-4.1')).toBe(true);
    await stack.api('POST', '/api/routes/delete', { id: made.id, version: 2 });
    expect(await until(async () => (await ask('cheap')).model === 'cheap')).toBe(true);
    const { entries } = configEntries.parse(await stack.api('GET', `/api/routes/history?id=${made.id}`));
    expect(entries.map(({ version, deleted }) => [version, deleted])).toEqual([
      [3, true],
      [2, false],
      [1, false],
    ]);
  });

  it.each<[string, object, RegExp]>([
    ['with a name that is taken', { ...cheap, name: 'declared' }, /another route is called declared/],
    ['of a provider without a key', { name: 'x', targets: [{ model: 'groq/y' }] }, /providers\.groq\.keyFrom/],
    ['of a provider that is none', { name: 'x', targets: [{ model: 'nobody/y' }] }, /there is no provider nobody/],
    [
      'with a wrong rule',
      { ...cheap, name: 'x', rules: [{ when: 'tokes > 1', strategy: 'price' }] },
      /Unknown variable: tokes/,
    ],
  ])('%s is refused', async (_name, value, message) => {
    await expect(save(value)).rejects.toThrow(message);
  });

  it('of the file can be read and not changed', async () => {
    const { entries } = configEntries.parse(await stack.api('GET', '/api/routes'));
    expect(entries).toMatchObject([{ id: 'of-the-file', source: 'file', value: { name: 'declared' } }]);
    await expect(save(cheap, { id: 'of-the-file', version: 0 })).rejects.toThrow(/read_only/);
  });

  it('goes by a price that was made in the dashboard, which a limit by cents counts as well', async () => {
    await save({
      name: 'priced',
      strategy: 'price',
      targets: [{ model: 'openai/house' }, { model: 'openai/gpt-4o-mini' }],
    });
    expect(await until(async () => (await ask('priced')).model === 'gpt-4o-mini')).toBe(true);
    const override = (value: object, base: object = { version: 0 }) =>
      stack.api('POST', '/api/price-overrides', { ...base, value: { provider: 'openai', model: 'house', ...value } });
    const made = configEntry.parse(await override({ free: true }));
    expect(await until(async () => (await ask('priced')).model === 'house')).toBe(true);
    await override({ perRequest: '1' }, { id: made.id, version: made.version });
    expect(await until(async () => (await ask('priced')).model === 'gpt-4o-mini')).toBe(true);
    const limit = { 'helicone-ratelimit-policy': '250;w=1000000;u=cents' };
    const first = await ask('house', limit);
    // The charge is made by the time that the row stands.
    await stack.waitForCount(`SELECT count() AS n FROM requests WHERE request_id = '${first.id}'`, 1);
    expect([first.left, (await ask('house', limit)).left]).toEqual(['250', '150']);
  });
});
