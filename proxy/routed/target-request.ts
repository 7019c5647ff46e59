import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { isObject, type JsonObject } from '../../domain/usage/json.ts';
import { isSecretName, isSecretParameter } from '../redact.ts';
import { bodyNamesModel, type Target } from './target.ts';
import type { UpstreamRequest } from './upstream-call.ts';
import { askForUsage } from './usage-chunk.ts';

/** A request's body as it came, and as the JSON object that it is, where it is one. */
export interface SentBody {
  readonly bytes: NonSharedBuffer | Readable | null;
  readonly value: JsonObject | null;
  /** True where `value` is no longer what `bytes` say. */
  readonly isChanged: boolean;
}

export interface RequestOptions {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: SentBody;
  readonly asksUsage: boolean;
  /** True where the answer has to be read on its way. */
  readonly readsAnswer: boolean;
}

/** Set anew for every call, or no header of a request's at all. */
const notCopied: ReadonlySet<string> = new Set([
  'host',
  'connection',
  'transfer-encoding',
  'content-length',
  'upgrade',
  'keep-alive',
  'expect',
  'te',
  'trailer',
  'proxy-authorization',
]);
const tiedToKeys: ReadonlySet<string> = new Set(['openai-organization', 'openai-project', 'anthropic-workspace']);

export function requestFor(target: Target, options: RequestOptions): UpstreamRequest {
  const { method, headers, body } = options;
  const value = valueFor(target, body, options.asksUsage);
  const headerList = headersFor(target, headers, value !== null, options.readsAnswer);
  const isStream = body.bytes !== null && !Buffer.isBuffer(body.bytes);
  const length = headers['content-length'];
  if (isStream && length !== undefined) headerList.push('content-length', length);
  return {
    origin: target.destination.upstream,
    path: pathFor(target),
    method,
    headers: headerList,
    body: value === null ? body.bytes : Buffer.from(JSON.stringify(value)),
  };
}

/** Path and query, with the model where the format has it there, and without keys that are for somebody else. */
export function pathFor(target: Target): string {
  const { destination, model, keepsCredentials } = target;
  const path = keepsCredentials ? destination.path : withoutKeys(destination.path);
  if (model === '' || bodyNamesModel(target)) return path;
  return path.replace(/\/models\/[^/:?]+(?=[:/])/, () => `/models/${encodeURIComponent(model)}`);
}

/** Null where the bytes can go as they came. */
function valueFor(target: Target, { value, isChanged }: SentBody, asksUsage: boolean): JsonObject | null {
  if (value === null) return null;
  const setsModel = target.model !== '' && bodyNamesModel(target);
  if (!isChanged && !asksUsage && !setsModel && Object.keys(target.bodyKeys).length === 0) return null;
  const merged = merge(setsModel ? { ...value, model: target.model } : value, target.bodyKeys);
  return asksUsage ? askForUsage(merged) : merged;
}

/** Objects are put into each other, as the reference does; anything else takes the place of what was there. */
function merge(base: JsonObject, over: JsonObject): JsonObject {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const current = merged[key];
    merged[key] = isObject(current) && isObject(value) ? merge(current, value) : value;
  }
  return merged;
}

function headersFor(
  target: Target,
  headers: IncomingHttpHeaders,
  isRewritten: boolean,
  readsAnswer: boolean,
): string[] {
  const list: string[] = [];
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || notCopied.has(name) || Object.hasOwn(target.headers, name)) continue;
    if (!target.keepsCredentials && (isSecretName(name) || tiedToKeys.has(name))) continue;
    if (isRewritten && name === 'content-encoding') continue;
    if (readsAnswer && name === 'accept-encoding') continue;
    for (const each of Array.isArray(value) ? value : [value]) list.push(name, each);
  }
  for (const [name, value] of Object.entries(target.headers)) {
    if (!notCopied.has(name) && !/^(?:helicone|spendlens)-/.test(name)) list.push(name, value);
  }
  if (readsAnswer) list.push('accept-encoding', 'identity');
  return list;
}

function withoutKeys(path: string): string {
  const query = path.indexOf('?');
  if (query === -1) return path;
  const kept = path
    .slice(query + 1)
    .split('&')
    .filter((parameter) => !isSecretParameter(parameter));
  return path.slice(0, query) + (kept.length > 0 ? `?${kept.join('&')}` : '');
}
