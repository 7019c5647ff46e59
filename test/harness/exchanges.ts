import { randomUUID } from 'node:crypto';
import { type Attempt, type CapturedBody, EXCHANGE_VERSION, type Exchange, notSteered } from '../../domain/exchange.ts';

export function jsonBody(value: unknown): CapturedBody {
  return rawBody(Buffer.from(JSON.stringify(value)));
}

export function rawBody(head: CapturedBody['head'], more: Partial<CapturedBody> = {}): CapturedBody {
  return {
    size: head.length,
    head,
    tail: null,
    contentType: 'application/json',
    contentEncoding: null,
    flags: [],
    ...more,
  };
}

export const emptyBody: CapturedBody = rawBody(Buffer.alloc(0), { contentType: null });

/** A chat call of gpt-4o-mini that went well: 100 input tokens and `outputTokens` output tokens. */
export function chatExchange(more: Partial<Exchange> = {}, outputTokens = 10): Exchange {
  return {
    v: EXCHANGE_VERSION,
    requestId: randomUUID(),
    kind: 'app',
    lane: 'pass',
    arrivedAt: Date.now(),
    provider: 'openai',
    method: 'POST',
    path: '/v1/chat/completions',
    userAgent: 'test',
    keyId: 'key-1',
    modelOverride: '',
    tags: noTags,
    requestHeaders: [['content-type', 'application/json']],
    request: jsonBody({ model: 'gpt-4o-mini', user: 'body-user', messages: [{ role: 'user', content: 'Hello' }] }),
    requestFacts: null,
    status: 200,
    errorKind: null,
    latencyMs: 120,
    ttftMs: 40,
    overheadMs: 0.4,
    attempts: [chatAttempt({}, outputTokens)],
    ...notSteered,
    lost: { exchanges: 0, bodies: 0 },
    ...more,
  };
}

export const noTags: Exchange['tags'] = {
  userId: '',
  feature: '',
  promptId: '',
  promptVersion: '',
  sessionId: '',
  sessionName: '',
  sessionPath: '',
  traceId: '',
  properties: {},
  cut: false,
};

export function chatAttempt(more: Partial<Attempt> = {}, outputTokens = 10): Attempt {
  return {
    attempt: 1,
    provider: 'openai',
    upstream: 'https://api.openai.com',
    model: '',
    path: '',
    startedAt: Date.now(),
    status: 200,
    errorKind: null,
    latencyMs: 119,
    ttftMs: 40,
    responseHeaders: [['content-type', 'application/json']],
    response: jsonBody({
      id: 'chatcmpl-1',
      object: 'chat.completion',
      model: 'gpt-4o-mini-2024-07-18',
      choices: [{ index: 0, message: { role: 'assistant', content: 'Fine.' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 100, completion_tokens: outputTokens, total_tokens: 100 + outputTokens },
    }),
    facts: null,
    ...more,
  };
}

/** As the proxy notes it on arrival. */
export function skeletonOf(exchange: Exchange): Exchange {
  return {
    ...exchange,
    status: null,
    errorKind: 'aborted',
    request: emptyBody,
    attempts: [],
    latencyMs: 0,
    ttftMs: null,
  };
}
