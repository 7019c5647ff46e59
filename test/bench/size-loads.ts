import { exchangeOf } from '../../demo/history/exchange.ts';
import { createRandom, type Random } from '../../demo/model/random.ts';
import { createTraffic } from '../../demo/model/traffic.ts';
import type { Exchange } from '../../domain/exchange.ts';
import { texts } from '../fixtures/estimate/texts.ts';
import { chatAttempt, chatExchange, jsonBody, noTags } from '../harness/exchanges.ts';

export interface SizeLoad {
  readonly name: string;
  readonly exchanges: readonly Exchange[];
}

const DAY_MS = 86_400_000;
const BODY_BYTES = 2_048;

export function sizeLoads(count: number): readonly SizeLoad[] {
  return [
    { name: '2 KiB asked, 2 KiB answered', exchanges: fixedSize(count) },
    { name: 'the demo’s mix', exchanges: demoMix(count) },
  ];
}

/** Words in an order of their own each time: a sentence that repeats would be compressed to nothing, which none is. */
function fixedSize(count: number): readonly Exchange[] {
  const random = createRandom('sizes');
  const words = texts.flatMap(({ kind, text }) => (kind === 'prose' ? text.split(/\s+/) : []));
  const prose = (bytes: number) => {
    let text = '';
    while (Buffer.byteLength(text) < bytes) text += `${words[random.whole(0, words.length - 1)]} `;
    return text.slice(0, bytes);
  };
  const filled = (body: (content: string) => object) =>
    jsonBody(body(prose(BODY_BYTES - Buffer.byteLength(JSON.stringify(body(''))))));
  return Array.from({ length: count }, () => {
    const id = `chatcmpl-${random.hex(24)}`;
    return chatExchange({
      ...callBy(random),
      request: filled(question),
      attempts: [{ ...chatAttempt(), response: filled((content) => answer(id, content)) }],
    });
  });
}

function callBy(random: Random): Partial<Exchange> {
  const latencyMs = random.skewed(2_000, 0.8);
  return {
    arrivedAt: Date.now() - random.whole(0, 7 * DAY_MS),
    latencyMs,
    ttftMs: latencyMs * random.next(),
    overheadMs: random.skewed(0.3, 0.5),
    tags: {
      ...noTags,
      userId: `user-${Math.round(random.skewed(200, 1.2))}`,
      feature: random.pick(['search', 'chat', 'summary']),
      sessionId: random.hex(32),
    },
  };
}

const question = (content: string) => ({ model: 'gpt-4o-mini', messages: [{ role: 'user', content }] });
const answer = (id: string, content: string) => ({
  id,
  object: 'chat.completion',
  model: 'gpt-4o-mini-2024-07-18',
  choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 400, completion_tokens: 380, total_tokens: 780 },
});

function demoMix(count: number): readonly Exchange[] {
  const to = Date.now();
  const span = { from: to - 7 * DAY_MS, to };
  return [...createTraffic({ seed: 'sizes', span, requests: count, eventful: true })].map(exchangeOf);
}
