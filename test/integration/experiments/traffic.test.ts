import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { configEntry } from '../../../domain/money-api.ts';
import { assign } from '../../../domain/statistics/assignment.ts';
import { type Stack, startStack, until } from '../../harness/stack.ts';
import { startUpstream, type Upstream } from '../../harness/upstream.ts';

const FILE_SALT = 'spendlens.yaml/from-the-file';
const halves = [
  { name: 'control', share: 0.5 },
  { name: 'b', share: 0.5 },
];
const asked = z.object({ model: z.string(), temperature: z.number().optional() });

let upstream: Upstream;
let stack: Stack;
/** Models that the provider answers with a 500. */
const failing = new Set<string>();

beforeAll(async () => {
  upstream = await startUpstream();
  upstream.answer((_req, res, received) => {
    const { model } = asked.parse(JSON.parse(received.body.toString()));
    const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };
    const choices = [{ index: 0, message: { role: 'assistant', content: 'Yes.' }, finish_reason: 'stop' }];
    res
      .writeHead(failing.has(model) ? 500 : 200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ id: 'c', object: 'chat.completion', model, choices, usage }));
  });
  stack = await startStack({
    config: `
providers:
  openai: { baseUrl: '${upstream.url}' }
experiments:
  - id: from-the-file
    name: A cheaper model for summaries
    unit: user
    targeting: [{ field: feature, value: summaries }]
    variants:
      - { name: control, share: 0.5 }
      - { name: b, share: 0.5, model: gpt-4o-mini, parameters: { temperature: 0 } }
`,
  });
  await until(async () => (await ask({ user: 'first', feature: 'summaries' })).experiment !== null);
  upstream.received.length = 0;
});

afterAll(async () => {
  await stack?.stop();
  await upstream?.close();
});

interface Question {
  readonly user: string;
  readonly feature: string;
  readonly headers?: Record<string, string>;
}

async function ask({ user, feature, headers = {} }: Question) {
  const response = await fetch(`${stack.endpoints().proxy}/openai/v1/chat/completions`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'helicone-user-id': user,
      'helicone-property-feature': feature,
      ...headers,
    },
    body: JSON.stringify({ model: 'gpt-4o', messages: [{ role: 'user', content: 'Is it?' }] }),
  });
  const { model } = z.object({ model: z.string() }).parse(await response.json());
  return {
    status: response.status,
    model,
    id: response.headers.get('spendlens-id') ?? '',
    experiment: response.headers.get('spendlens-experiment'),
    variant: response.headers.get('spendlens-variant'),
  };
}

const variantOf = (user: string) => assign({ salt: FILE_SALT, exposure: 1, variants: halves }, user);
const userOf = (variant: string) =>
  Array.from({ length: 50 }, (_, n) => `user-${n}`).find((user) => variantOf(user) === variant) ?? '';

interface Row {
  readonly experiment: string;
  readonly variant: string;
  readonly answered_variant: string;
  readonly unit_id: string;
  readonly attempts: number;
  readonly lane: string;
}

async function rowOf(id: string): Promise<Row | undefined> {
  const query = `SELECT count() AS n FROM requests WHERE request_id = '${id}'`;
  await stack.waitForCount(query, 1);
  const [row] = await stack.sql<Row>(
    `SELECT experiment, variant, answered_variant, unit_id, attempts, lane FROM requests WHERE request_id = '${id}'`,
  );
  return row;
}

describe('an experiment on live traffic', () => {
  it('gives each user one variant, and says which', async () => {
    for (const user of ['user-1', 'user-2', 'user-3', 'user-4', 'user-5', 'user-6']) {
      const variant = variantOf(user);
      for (let again = 0; again < 2; again++) {
        const answer = await ask({ user, feature: 'summaries' });
        expect(answer).toMatchObject({ experiment: 'from-the-file', variant });
        expect(answer.model).toBe(variant === 'b' ? 'gpt-4o-mini' : 'gpt-4o');
      }
    }
    const cheap = upstream.received
      .map(({ body }) => asked.parse(JSON.parse(body.toString())))
      .filter(({ model }) => model === 'gpt-4o-mini');
    expect(cheap.length).toBeGreaterThan(0);
    expect(cheap.every(({ temperature }) => temperature === 0)).toBe(true);
  });

  it('leaves all other traffic in the lane that touches nothing', async () => {
    const answer = await ask({ user: 'user-1', feature: 'chat' });
    expect(answer.experiment).toBeNull();
    expect(await rowOf(answer.id)).toMatchObject({ lane: 'pass', experiment: '', variant: '', unit_id: '' });
  });

  it('records who was assigned what', async () => {
    const user = userOf('b');
    const answer = await ask({ user, feature: 'summaries' });
    expect(await rowOf(answer.id)).toEqual({
      experiment: 'from-the-file',
      variant: 'b',
      answered_variant: 'b',
      unit_id: user,
      attempts: 1,
      lane: 'routed',
    });
  });

  it('lets the control answer where the variant fails, and keeps who was assigned', async () => {
    failing.add('gpt-4o-mini');
    const answer = await ask({ user: userOf('b'), feature: 'summaries' });
    failing.clear();
    expect(answer).toMatchObject({ status: 200, model: 'gpt-4o', variant: 'b' });
    expect(await rowOf(answer.id)).toMatchObject({ variant: 'b', answered_variant: 'control', attempts: 2 });
  });

  it('gives a forced variant, which is in no analysis', async () => {
    const headers = { 'spendlens-force-variant': 'from-the-file=b' };
    const answer = await ask({ user: userOf('control'), feature: 'summaries', headers });
    expect(answer).toMatchObject({ model: 'gpt-4o-mini', variant: 'b' });
    expect(await rowOf(answer.id)).toMatchObject({ variant: 'b', unit_id: '' });
  });

  it('starts and pauses within seconds of the word in the dashboard', async () => {
    const value = {
      name: 'Made in the dashboard',
      unit: 'user',
      targeting: [{ field: 'feature', value: 'titles' }],
      variants: halves,
      status: 'running',
    };
    const made = configEntry.parse(await stack.api('POST', '/api/experiments', { version: 0, value }));
    const runs = async () => (await ask({ user: 'user-1', feature: 'titles' })).experiment === made.id;
    expect(await until(runs)).toBe(true);
    const paused = { ...made.value, status: 'paused' };
    await stack.api('POST', '/api/experiments', { id: made.id, version: 1, value: paused });
    expect(await until(async () => !(await runs()))).toBe(true);
  });

  it('goes on with the last snapshot when the dashboard is gone', async () => {
    const { dashboard } = stack.endpoints().pids;
    process.kill(dashboard ?? 0, 'SIGSTOP');
    try {
      expect((await ask({ user: 'user-1', feature: 'summaries' })).experiment).toBe('from-the-file');
      process.kill(stack.endpoints().pids.proxy[0] ?? 0, 'SIGKILL');
      const answered = async () =>
        (await ask({ user: 'user-1', feature: 'summaries' }).catch(() => null))?.experiment === 'from-the-file';
      expect(await until(answered)).toBe(true);
    } finally {
      process.kill(dashboard ?? 0, 'SIGCONT');
    }
  });
});
