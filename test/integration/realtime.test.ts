import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';
import { LLMock } from '@copilotkit/aimock';
import { OpenAIRealtimeWS } from 'openai/realtime/ws';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { requestDetail } from '../../domain/api.ts';
import { type Stack, startStack } from '../harness/stack.ts';
import { startUpstream, type Upstream } from '../harness/upstream.ts';

/** The official SDK's realtime client through the proxy, to the row and the conversation on the dashboard. */

const mock = new LLMock({ port: 0, logLevel: 'silent' });
let priced: Upstream;
let stack: Stack;
/** What stands before the proxy where it is reached from afar: this client of the SDK's speaks TLS alone. */
let front: Server;

const pem = (name: string) => readFileSync(join(import.meta.dirname, '..', 'fixtures', 'tls', `${name}.pem`));

const usage = {
  total_tokens: 300,
  input_tokens: 200,
  output_tokens: 100,
  input_token_details: {
    text_tokens: 120,
    audio_tokens: 80,
    cached_tokens: 64,
    cached_tokens_details: { text_tokens: 64, audio_tokens: 0 },
  },
  output_token_details: { text_tokens: 20, audio_tokens: 80 },
};

beforeAll(async () => {
  mock.onMessage(/hello/, { content: 'Hello, how can I help?' });
  await mock.start();
  priced = await startUpstream();
  const server = new WebSocketServer({ noServer: true, perMessageDeflate: true });
  priced.onUpgrade((req, socket, head) =>
    server.handleUpgrade(req, socket, head, (session) => {
      const say = (event: object) => session.send(JSON.stringify(event));
      say({ type: 'session.created', session: { type: 'realtime', model: 'gpt-realtime' } });
      session.on('message', (data: Buffer) => {
        if (!data.includes('response.create')) return;
        say({ type: 'response.created', response: { id: 'r', status: 'in_progress' } });
        say({ type: 'response.done', response: { id: 'r', status: 'completed', output: [], usage } });
      });
    }),
  );
  stack = await startStack({
    config: `providers:
  openai: { baseUrl: '${mock.url}' }
  spoken: { baseUrl: '${priced.url}' }
models:
  - { id: voice, provider: spoken, name: 'gpt-realtime', priceAs: openai/gpt-realtime }
`,
  });
  const { port } = new URL(stack.endpoints().proxy);
  front = createServer({ key: pem('key'), cert: pem('good') }, (outside) => {
    const inside = connect(Number(port), '127.0.0.1');
    outside.pipe(inside).pipe(outside);
    outside.on('error', () => inside.destroy());
    inside.on('error', () => outside.destroy());
  }).listen(0, '127.0.0.1');
  await once(front, 'listening');
});
afterAll(async () => {
  front?.close();
  await stack?.stop();
  await priced?.close();
  await mock.stop();
});

/** One turn with the SDK, and the request's id. */
async function turn(provider: string): Promise<string> {
  const id = crypto.randomUUID();
  const client = new OpenAIRealtimeWS(
    {
      model: 'gpt-realtime',
      options: {
        perMessageDeflate: true,
        ca: pem('authority'),
        headers: { 'Helicone-Request-Id': id, 'Helicone-User-Id': 'speaker' },
      },
    },
    { apiKey: 'sk-secret', baseURL: `https://localhost:${(front.address() as AddressInfo).port}/${provider}/v1` },
  );
  await new Promise<void>((resolve, reject) => {
    client.on('error', reject);
    client.on('session.created', () => {
      const content = [{ type: 'input_text' as const, text: 'hello' }];
      client.send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } });
      client.send({ type: 'response.create' });
    });
    client.on('response.done', () => resolve());
  });
  const closed = new Promise((resolve) => client.socket.once('close', resolve));
  client.close();
  await closed;
  await stack.waitForCount(`SELECT count() AS n FROM requests WHERE request_id = '${id}'`, 1);
  return id;
}

it('shows what was said', async () => {
  const { conversation } = requestDetail.parse(await stack.api('GET', `/api/requests/${await turn('openai')}`));
  expect(conversation?.received).toEqual([
    { role: 'user', parts: [{ type: 'text', text: 'hello' }] },
    { role: 'assistant', parts: [{ type: 'text', text: 'Hello, how can I help?' }] },
  ]);
});

it('costs what the provider told', async () => {
  const id = await turn('spoken');
  const [row] = await stack.sql<Record<string, unknown>>(
    `SELECT user_id, model, response_model, status, streamed, input_tokens, cache_read_tokens, audio_input_tokens,
     output_tokens, audio_output_tokens, toString(cost_usd) AS cost, cost_status FROM requests WHERE request_id = '${id}'`,
  );
  expect(row).toMatchObject({
    user_id: 'speaker',
    model: 'gpt-realtime',
    response_model: 'gpt-realtime',
    status: 101,
    streamed: true,
    input_tokens: 56,
    cache_read_tokens: 64,
    audio_input_tokens: 80,
    output_tokens: 20,
    audio_output_tokens: 80,
    // 56 × 4,000 n$ + 64 × 400 + 80 × 32,000 + 20 × 16,000 + 80 × 64,000
    cost: '0.0082496',
  });
});
