import type { ResponseFacts, Usage } from './facts.ts';
import { noTokens } from './free.ts';
import { at, countAt, isObject, parseJson, textAt } from './json.ts';
import { readReportedCost } from './openai-chat.ts';
import { noFacts, type ResponseReader, rest } from './reader.ts';

/**
 * Speech to text. OpenAI tells tokens or seconds (https://platform.openai.com/docs/api-reference/audio), Mistral both
 * (https://docs.mistral.ai/capabilities/audio_transcription), older servers only the duration of the verbose form.
 * The stream's usage is in its last event, `transcript.text.done` or `transcription.done`.
 */
export const transcriptionsReader: ResponseReader = {
  document: (value, closed) => readDone(value, closed && isObject(value)),
  events(events) {
    const done = events
      .map(parseJson)
      .findLast((event) => /^transcript(ion)?(\.text)?\.done$/.test(textAt(event, 'type')));
    return done === undefined ? noFacts : readDone(done, true);
  },
};

function readDone(value: unknown, complete: boolean): ResponseFacts {
  const raw = at(value, 'usage');
  const seconds = secondsAt(raw, 'seconds') ?? secondsAt(raw, 'prompt_audio_seconds');
  const duration = seconds ?? (isObject(raw) ? null : secondsAt(value, 'duration'));
  return {
    ...noFacts,
    model: textAt(value, 'model'),
    usage: readTokens(raw) ?? (duration === null ? null : noTokens),
    usageRaw: isObject(raw) ? JSON.stringify(raw) : duration === null ? '' : JSON.stringify({ duration }),
    reportedCost: isObject(raw) ? readReportedCost(raw) : null,
    toolCalls: 0,
    serverTools: duration === null ? {} : { audio_second: duration },
    complete,
  };
}

/** Begun seconds are billed whole. */
function secondsAt(value: unknown, key: string): number | null {
  const found = at(value, key);
  const seconds = typeof found === 'string' ? Number(found) : found;
  return typeof seconds === 'number' && seconds >= 0 && seconds < 1e7 ? Math.ceil(seconds) : null;
}

function readTokens(raw: unknown): Usage | null {
  const input = countAt(raw, 'input_tokens') ?? countAt(raw, 'prompt_tokens');
  const output = countAt(raw, 'output_tokens') ?? countAt(raw, 'completion_tokens');
  if (input === null && output === null) return null;
  const audioInput = countAt(raw, 'input_token_details', 'audio_tokens') ?? 0;
  return { ...noTokens, input: rest(input, audioInput), audioInput, output };
}
