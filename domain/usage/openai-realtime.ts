import { addUsage } from './add-usage.ts';
import type { ResponseFacts, Usage } from './facts.ts';
import { noTokens } from './free.ts';
import { at, countAt, isObject, type JsonObject, listAt, parseJson, textAt } from './json.ts';
import { noFacts, type ResponseReader, rest, withinOf } from './reader.ts';

/**
 * OpenAI's realtime sessions over WebSocket: https://platform.openai.com/docs/api-reference/realtime-server-events.
 * Each answer of a session tells its own usage in `response.done`; the session costs their sum. What another model
 * writes down of the user's speech is told, and billed, apart.
 */
export const realtimeReader: ResponseReader = {
  // A handshake that was refused.
  document: (value, closed) => ({ ...noFacts, complete: closed && isObject(value) }),
  events: (events, torn) => readSession(events, torn === null),
};

const telling =
  /"type"\s*:\s*"((transcription_)?session\.(created|updated)|response\.(created|done)|conversation\.item\.input_audio_transcription\.completed)"/;
const bulky = /"type"\s*:\s*"(input_audio_buffer\.append|[\w.]{1,80}\.delta)"/;
const NEAR = 256;

/** True of sound and of the pieces of an answer, which its end repeats: the first to go where room is short. */
export function isRealtimeBulk(text: string): boolean {
  return bulky.test(text.slice(0, NEAR)) || (text.length > NEAR && bulky.test(text.slice(-NEAR)));
}

interface Session {
  model: string;
  transcriber: string;
  readonly underway: Set<string>;
  answers: number;
  toolCalls: number;
  readonly usages: JsonObject[];
  readonly transcripts: JsonObject[];
}

function readSession(events: readonly string[], whole: boolean): ResponseFacts {
  const session: Session = {
    model: '',
    transcriber: '',
    underway: new Set(),
    answers: 0,
    toolCalls: 0,
    usages: [],
    transcripts: [],
  };
  for (const data of events) if (telling.test(data)) follow(session, parseJson(data));
  return factsOf(session, whole);
}

function follow(session: Session, event: unknown): void {
  switch (textAt(event, 'type')) {
    case 'session.created':
    case 'session.updated':
    case 'transcription_session.created':
    case 'transcription_session.updated':
      session.model = textAt(event, 'session', 'model') || session.model;
      session.transcriber = transcriberOf(at(event, 'session')) || session.transcriber;
      return;
    case 'response.created':
      session.underway.add(textAt(event, 'response', 'id'));
      return;
    case 'response.done':
      session.underway.delete(textAt(event, 'response', 'id'));
      session.answers++;
      session.toolCalls += listAt(event, 'response', 'output').filter(
        (item) => textAt(item, 'type') === 'function_call',
      ).length;
      keep(session.usages, at(event, 'response', 'usage'));
      return;
    case 'conversation.item.input_audio_transcription.completed':
      keep(session.transcripts, at(event, 'usage'));
      return;
  }
}

function keep(list: JsonObject[], usage: unknown): void {
  if (isObject(usage)) list.push(usage);
}

function transcriberOf(session: unknown): string {
  return (
    textAt(session, 'audio', 'input', 'transcription', 'model') || textAt(session, 'input_audio_transcription', 'model')
  );
}

function factsOf(session: Session, whole: boolean): ResponseFacts {
  const { usages, transcripts, underway, answers } = session;
  const raw = [...usages, ...transcripts];
  const written = transcripts.map(readTranscript).filter((usage) => usage !== null);
  // Where nobody answers, writing down is what the session is for.
  const onlyWrites = answers === 0 && underway.size === 0 && transcripts.length > 0;
  const transcript = written.length === 0 ? null : written.reduce(addUsage);
  const answered = answers === 0 && underway.size > 0 ? null : usages.map(readRealtimeUsage).reduce(addUsage, noTokens);
  const seconds = transcripts.reduce((sum, usage) => sum + secondsOf(usage), 0);
  return {
    ...noFacts,
    model: onlyWrites ? session.transcriber : session.model,
    usage: onlyWrites ? (transcript ?? noTokens) : answered,
    usageRaw: raw.length === 0 ? '' : JSON.stringify(raw.length === 1 ? raw[0] : raw),
    toolCalls: session.toolCalls,
    serverTools: seconds > 0 ? { audio_second: Math.ceil(seconds) } : {},
    complete: whole && underway.size === 0,
    others: onlyWrites || transcript === null ? [] : [{ model: session.transcriber, usage: transcript }],
  };
}

/** The counts of a kind contain what of it was cached. */
function readRealtimeUsage(raw: JsonObject): Usage {
  const sent = (kind: string) => countAt(raw, 'input_token_details', kind) ?? 0;
  const cached = (kind: string) => countAt(raw, 'input_token_details', 'cached_tokens_details', kind) ?? 0;
  const cacheRead = sent('cached_tokens');
  const audioInput = Math.max(0, sent('audio_tokens') - cached('audio_tokens'));
  const audioOutput = countAt(raw, 'output_token_details', 'audio_tokens') ?? 0;
  const reasoning = countAt(raw, 'output_token_details', 'reasoning_tokens') ?? 0;
  return {
    ...noTokens,
    input: rest(countAt(raw, 'input_tokens'), cacheRead, audioInput),
    cacheRead,
    output: rest(countAt(raw, 'output_tokens'), audioOutput, reasoning),
    reasoning,
    audioInput,
    audioOutput,
    ...withinOf({
      inputImage: Math.max(0, sent('image_tokens') - cached('image_tokens')),
      cacheReadAudio: cached('audio_tokens'),
      cacheReadImage: cached('image_tokens'),
    }),
  };
}

/** Null where it is told in seconds. */
function readTranscript(raw: JsonObject): Usage | null {
  const input = countAt(raw, 'input_tokens');
  const output = countAt(raw, 'output_tokens');
  if (input === null && output === null) return null;
  const audioInput = countAt(raw, 'input_token_details', 'audio_tokens') ?? 0;
  return { ...noTokens, input: rest(input, audioInput), audioInput, output };
}

function secondsOf(raw: JsonObject): number {
  const { seconds } = raw;
  return typeof seconds === 'number' && seconds > 0 && seconds < 1e7 ? seconds : 0;
}
