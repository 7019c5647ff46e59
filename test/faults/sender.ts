import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { type Random, randomUuid } from '../../demo/model/random.ts';
import { callCostNano, type Entry, type Ledger } from './ledger.ts';
import { type Order, orderHeaders } from './provider.ts';

export interface Sender {
  /** Begins nothing more and waits for the answers under way. */
  stop(): Promise<void>;
}

interface SenderOptions {
  readonly proxy: string;
  readonly ledger: Ledger;
  readonly random: Random;
  readonly perSecond: number;
}

/** Enough for every stream of a second; a proxy that stands still is not buried under connections. */
const CONNECTIONS = 64;

/** Sends steadily through the proxy, one call in ten as a stream that lasts a while, and books every one of them. */
export function startSender({ proxy, ledger, random, perSecond }: SenderOptions): Sender {
  const pool = new Pool(proxy, { connections: CONNECTIONS, pipelining: 1, headersTimeout: 120_000 });
  const flying = new Set<Promise<void>>();
  let stopping = false;

  function sendOne(): void {
    const order = drawOrder(random);
    const entry = ledger.begin({ id: randomUuid(random), costNano: callCostNano(order), sentAt: Date.now() });
    const flight = send(pool, entry, order).finally(() => flying.delete(flight));
    flying.add(flight);
  }

  async function run(): Promise<void> {
    for (let due = performance.now(); !stopping; due = Math.max(due + 1000 / perSecond, performance.now() - 100)) {
      if (flying.size < CONNECTIONS) sendOne();
      await sleep(Math.max(0, due + 1000 / perSecond - performance.now()));
    }
  }

  const running = run();
  return {
    async stop() {
      stopping = true;
      await running;
      await Promise.all(flying);
      await pool.close();
    },
  };
}

function drawOrder(random: Random): Order {
  const streamed = random.chance(0.1);
  return {
    inputTokens: random.whole(20, 2_000),
    outputTokens: random.whole(1, 500),
    tookMs: streamed ? random.whole(300, 900) : random.whole(2, 40),
    streamed,
  };
}

async function send(pool: Pool, entry: Entry, order: Order): Promise<void> {
  try {
    const { statusCode, body } = await pool.request({
      path: '/openai/v1/chat/completions',
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: 'Bearer sk-test',
        'helicone-request-id': entry.id,
        ...orderHeaders(order),
      },
      body: requestBody(order),
    });
    const text = await body.text();
    if (statusCode === 200) entry.completeAt = Date.now();
    else entry.failure = `${statusCode} ${text.slice(0, 200)}`;
  } catch (error) {
    entry.failure = String(error);
  }
}

function requestBody({ streamed }: Order): string {
  const asked = { model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'How are you?' }] };
  return JSON.stringify(streamed ? { ...asked, stream: true, stream_options: { include_usage: true } } : asked);
}
