import type { FailureCause } from '../../domain/routing/failure.ts';
import type { WireFormat } from '../../domain/usage/facts.ts';
import { at, isObject, listAt, parseJson, textAt } from '../../domain/usage/json.ts';
import { causeOfWords } from './error-cause.ts';

/** What one event of a stream says before its first content: nothing yet, content, or that there will be none. */
export type EventVerdict = 'nothing' | 'content' | FailureCause;

/** `data` is that of one event. A format that we do not know has content as soon as it says anything. */
export function readEvent(format: WireFormat, data: string): EventVerdict {
  if (data === '' || data === '[DONE]') return 'nothing';
  const value = parseJson(data);
  if (!isObject(value)) return format === 'unknown' ? 'content' : 'malformed';
  const error = errorIn(value);
  if (error !== null) return error;
  switch (format) {
    case 'openai-chat':
      return contentIf(listAt(value, 'choices').some(hasChatContent));
    case 'openai-completions':
      return contentIf(
        listAt(value, 'choices').some(
          (choice) => textAt(choice, 'text') !== '' || textAt(choice, 'finish_reason') !== '',
        ),
      );
    case 'openai-responses':
      return contentIf(/(?:\.delta|\.done|\.completed|\.incomplete)$/.test(textAt(value, 'type')));
    case 'anthropic-messages':
      return contentIf(hasMessagesContent(value));
    case 'gemini-generate':
      return geminiVerdict(value);
    default:
      return 'content';
  }
}

function contentIf(content: boolean): EventVerdict {
  return content ? 'content' : 'nothing';
}

/** OpenAI's `{error}`, Anthropic's `{type: error}`, and the failed response of OpenAI's Responses. */
function errorIn(value: unknown): FailureCause | null {
  const error = at(value, 'error') ?? at(value, 'response', 'error');
  if (isObject(error)) return inBody(textAt(error, 'code') || textAt(error, 'type'), textAt(error, 'message'));
  return textAt(value, 'type') === 'error' ? inBody(textAt(value, 'code'), textAt(value, 'message')) : null;
}

function inBody(code: string, message: string): FailureCause {
  const cause = causeOfWords(code, message);
  return cause === 'status' ? 'in_body' : cause;
}

const saying: readonly string[] = ['content', 'reasoning_content', 'reasoning', 'refusal'];
const carrying: readonly string[] = ['tool_calls', 'function_call', 'audio', 'images', 'reasoning_details'];

function hasChatContent(choice: unknown): boolean {
  const delta = at(choice, 'delta') ?? at(choice, 'message');
  if (textAt(choice, 'finish_reason') !== '' || saying.some((key) => textAt(delta, key) !== '')) return true;
  return carrying.some((key) => {
    const part = at(delta, key);
    return Array.isArray(part) ? part.length > 0 : isObject(part);
  });
}

function hasMessagesContent(value: unknown): boolean {
  const type = textAt(value, 'type');
  if (type === 'content_block_start') return textAt(value, 'content_block', 'type') !== 'text';
  return type === 'content_block_delta' || type === 'message_delta' || type === 'message_stop';
}

/** https://ai.google.dev/api/generate-content#BlockReason and #FinishReason */
const blocking = /^(SAFETY|PROHIBITED_CONTENT|BLOCKLIST|SPII|IMAGE_SAFETY|IMAGE_PROHIBITED_CONTENT|RECITATION|OTHER)$/;

/** Of a chunk of Gemini's, or of its whole answer. */
export function geminiVerdict(value: unknown): EventVerdict {
  if (blocking.test(textAt(value, 'promptFeedback', 'blockReason'))) return 'content_policy';
  const candidates = listAt(value, 'candidates');
  if (candidates.some((candidate) => listAt(candidate, 'content', 'parts').length > 0)) return 'content';
  const reasons = candidates.map((candidate) => textAt(candidate, 'finishReason')).filter((reason) => reason !== '');
  if (reasons.length === 0) return 'nothing';
  return reasons.every((reason) => blocking.test(reason)) ? 'content_policy' : 'content';
}

/** Azure and OpenAI filter an answer away: `finish_reason: content_filter` and no words. */
export function documentVerdict(format: WireFormat, value: unknown): EventVerdict {
  const error = errorIn(value);
  if (error !== null && textAt(value, 'status') !== 'incomplete') return error;
  if (format === 'gemini-generate')
    return geminiVerdict(Array.isArray(value) ? value[0] : value) === 'content_policy' ? 'content_policy' : 'content';
  if (format !== 'openai-chat') return 'content';
  const choices = listAt(value, 'choices');
  const isFiltered = (choice: unknown) =>
    textAt(choice, 'finish_reason') === 'content_filter' && textAt(choice, 'message', 'content') === '';
  return choices.length > 0 && choices.every(isFiltered) ? 'content_policy' : 'content';
}
