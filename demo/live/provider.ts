import { type Fixture, type FixtureResponse, LLMock } from '@copilotkit/aimock';
import type { Call } from '../model/call.ts';
import { models } from '../model/models.ts';
import { toolArguments } from '../wire/wire.ts';

/** Stands where the providers stand, on this machine: @copilotkit/aimock, told by the calls what to answer. */
export interface LocalProvider {
  readonly url: string;
  /** Must be known before it is asked; forgotten once `done`. */
  expect(call: Call): void;
  done(call: Call): void;
  stop(): Promise<void>;
}

/** Letters of one streamed piece, and how many tokens they are. */
const CHUNK = 20;
const TOKENS_A_CHUNK = 5;

export async function startLocalProvider(): Promise<LocalProvider> {
  const expected = new Map<string, Call>();
  const mock = new LLMock({ port: 0, host: '127.0.0.1', logLevel: 'silent', chunkSize: CHUNK, journalMaxEntries: 10 });
  // Embeddings it makes up by itself, without a count of tokens.
  for (const model of Object.values(models).filter(({ format }) => format !== 'openai-embeddings')) {
    const fixture: Fixture = {
      match: { model: model.name },
      response: (request) => answerOf(expected.get(request._context ?? '')),
      streamingProfile: { tps: model.tokensPerSecond / TOKENS_A_CHUNK, jitter: 0.3 },
    };
    mock.addFixture(fixture);
  }
  await mock.start();
  return {
    url: mock.url,
    expect: (call) => void expected.set(call.requestId, call),
    done: (call) => void expected.delete(call.requestId),
    stop: () => mock.stop(),
  };
}

/** Headers by which aimock knows the call, and what is to go wrong with it. */
export function mockHeaders({ requestId, outcome, ttftMs }: Call): [string, string][] {
  const headers: [string, string][] = [
    ['x-aimock-context', requestId],
    ['x-aimock-chaos-latency', String(Math.min(8_000, Math.round(ttftMs)))],
  ];
  if (outcome.kind === 'status')
    return [...headers, [`x-aimock-chaos-${outcome.status === 429 ? 'ratelimit' : 'drop'}`, '1']];
  const isLost = outcome.kind === 'silent' || (outcome.kind === 'cut' && outcome.errorKind === 'upstream_reset');
  return isLost ? [...headers, ['x-aimock-chaos-disconnect', '1']] : headers;
}

function answerOf(call: Call | undefined): FixtureResponse {
  if (call === undefined) return { content: 'Hello.' };
  const usage = usageOf(call);
  const args = toolArguments(call);
  const model = call.model.responseName;
  if (args === null || call.tool === null) return { content: call.answer, model, usage };
  return { toolCalls: [{ name: call.tool.name, arguments: JSON.stringify(args) }], model, usage };
}

/** aimock tells what a prompt cache did on OpenRouter's paths alone; elsewhere all input is plain. */
function usageOf({ model, tokens }: Call) {
  const prompt = tokens.input + tokens.cacheRead + tokens.cacheWrite5m + tokens.cacheWrite1h;
  const completion = tokens.output + tokens.reasoning;
  const counts = { prompt_tokens: prompt, completion_tokens: completion };
  if (model.reported === null) return counts;
  const cost = (prompt * model.reported.input + completion * model.reported.output) / 1_000_000;
  return {
    ...counts,
    cost: Number(cost.toFixed(9)),
    prompt_tokens_details: { cached_tokens: tokens.cacheRead },
    completion_tokens_details: { reasoning_tokens: tokens.reasoning },
  };
}
