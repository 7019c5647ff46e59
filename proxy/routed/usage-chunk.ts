import type { WireFormat } from '../../domain/usage/facts.ts';
import { at, isObject, type JsonObject, listAt, parseJson } from '../../domain/usage/json.ts';
import { dataOf } from './event-frames.ts';

/** The formats whose streams tell their usage only when asked: https://platform.openai.com/docs/api-reference/chat/create */
export function tellsUsageWhenAsked(format: WireFormat): boolean {
  return format === 'openai-chat' || format === 'openai-completions';
}

/** True of a stream whose sender did not ask for its usage. */
export function lacksUsage(format: WireFormat, body: JsonObject): boolean {
  return tellsUsageWhenAsked(format) && body['stream'] === true && at(body, 'stream_options', 'include_usage') !== true;
}

export function askForUsage(body: JsonObject): JsonObject {
  const options = isObject(body['stream_options']) ? body['stream_options'] : {};
  return { ...body, stream_options: { ...options, include_usage: true } };
}

const NO_USAGE = /,\s*"usage"\s*:\s*null/;

/**
 * An event as it would have come had nobody asked for usage; null for the one that would not have come at all. Within
 * a JSON string no comma is followed by a bare quote, so what looks like the empty field is it.
 */
export function withoutUsage(event: NonSharedBuffer): NonSharedBuffer | null {
  if (!event.includes('"usage"')) return event;
  const text = event.toString('utf8');
  if (NO_USAGE.test(text)) return Buffer.from(text.replace(NO_USAGE, ''));
  const chunk = parseJson(dataOf(event));
  return isObject(at(chunk, 'usage')) && Array.isArray(at(chunk, 'choices')) && listAt(chunk, 'choices').length === 0
    ? null
    : event;
}
