import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { startUpstream, type Upstream } from '../harness/upstream.ts';

/** How the provider is to answer; travels with the request, so that it needs no memory. */
export interface Order {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** From the request to the last byte. */
  readonly tookMs: number;
  readonly streamed: boolean;
}

const HEADER = 'x-order';
const CHUNKS = 4;

export const orderHeaders = (order: Order): Record<string, string> => ({ [HEADER]: JSON.stringify(order) });

/** Answers chat calls of OpenAI's shape with the usage that the order says. */
export async function startProvider(): Promise<Upstream> {
  const upstream = await startUpstream();
  upstream.answer((req, res) => {
    // A ledger of many thousand calls must not keep every request in memory.
    upstream.received.length = 0;
    const order: Order = JSON.parse(String(req.headers[HEADER]));
    void (order.streamed ? stream(res, order) : answer(res, order));
  });
  return upstream;
}

async function answer(res: ServerResponse, order: Order): Promise<void> {
  await sleep(order.tookMs);
  res.setHeader('content-type', 'application/json');
  const choices = [{ index: 0, message: { role: 'assistant', content: 'Fine.' }, finish_reason: 'stop' }];
  res.end(
    JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion', model: MODEL, choices, usage: usageOf(order) }),
  );
}

async function stream(res: ServerResponse, order: Order): Promise<void> {
  res.setHeader('content-type', 'text/event-stream');
  const chunk = (part: object) => ({ id: 'chatcmpl-1', object: 'chat.completion.chunk', model: MODEL, ...part });
  for (let n = 0; n < CHUNKS; n++) {
    const choices = [{ index: 0, delta: { content: 'word ' }, finish_reason: null }];
    res.write(`data: ${JSON.stringify(chunk({ choices }))}\n\n`);
    await sleep(order.tookMs / CHUNKS);
  }
  res.write(`data: ${JSON.stringify(chunk({ choices: [], usage: usageOf(order) }))}\n\n`);
  res.end('data: [DONE]\n\n');
}

const MODEL = 'gpt-4o-mini-2024-07-18';

function usageOf({ inputTokens, outputTokens }: Order): object {
  return {
    prompt_tokens: inputTokens,
    completion_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens,
  };
}
