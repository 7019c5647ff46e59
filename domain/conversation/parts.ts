import { isObject, textAt } from '../usage/json.ts';
import type { Message, Part } from './conversation.ts';

/** Beyond this many characters an image is named, not shown. */
const MAX_IMAGE = 2_000_000;
const MAX_JSON = 20_000;

export function textPart(text: string): readonly Part[] {
  return text === '' ? [] : [{ type: 'text', text }];
}

export function reasoningPart(text: string): readonly Part[] {
  return text === '' ? [] : [{ type: 'reasoning', text }];
}

export function toolCall(id: string, name: string, args: unknown): Part {
  return { type: 'tool_call', id, name, arguments: typeof args === 'string' ? args : asJson(args) };
}

export function toolResult(id: string, result: unknown): Part {
  return { type: 'tool_result', id, text: typeof result === 'string' ? result : asJson(result) };
}

/** From a URL as the caller sent it. Only bitmaps given in the request itself are shown: nothing is ever fetched. */
export function imageFromUrl(url: string): Part {
  const isBitmap = /^data:image\/(png|jpeg|gif|webp);base64,/.test(url);
  const kind = /^data:([^;,]{1,64})/.exec(url)?.[1] ?? url.slice(0, 200);
  const tooLarge = url.length > MAX_IMAGE;
  return {
    type: 'image',
    source: isBitmap && !tooLarge ? url : '',
    label: tooLarge ? `${kind} (too large to show)` : kind,
  };
}

export function imageFromBase64(mediaType: string, data: string): Part {
  return imageFromUrl(`data:${mediaType};base64,${data}`);
}

export function otherPart(label: string, value: unknown): Part {
  return { type: 'other', label, json: asJson(value) };
}

function asJson(value: unknown): string {
  const json = value === undefined ? '' : JSON.stringify(value);
  return json.length > MAX_JSON ? `${json.slice(0, MAX_JSON)}…` : json;
}

export function message(role: Message['role'], parts: readonly Part[]): readonly Message[] {
  return parts.length === 0 ? [] : [{ role, parts: [...parts] }];
}

/** Each provider has its own words for who speaks. */
export function roleOf(name: string): Message['role'] {
  switch (name) {
    case 'system':
    case 'developer':
      return 'system';
    case 'assistant':
    case 'model':
      return 'assistant';
    case 'tool':
    case 'function':
      return 'tool';
    default:
      return 'user';
  }
}

/** Content is one text, or a list of parts, or (from the lenient) a single part. */
export function partsOf(content: unknown, read: (part: unknown) => readonly Part[]): readonly Part[] {
  if (typeof content === 'string') return textPart(content);
  if (Array.isArray(content))
    return content.flatMap((part) => (typeof part === 'string' ? textPart(part) : read(part)));
  return isObject(content) ? read(content) : [];
}

/** The error's own words, wherever this provider puts them. */
export function errorOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(errorOf).find((text) => text !== '') ?? '';
  if (!isObject(value)) return '';
  const error = value['error'];
  if (typeof error === 'string') return error;
  if (isObject(error)) return textAt(error, 'message') || textAt(error, 'type') || textAt(error, 'code');
  return textAt(value, 'detail');
}
