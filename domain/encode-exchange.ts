import { Packr } from 'msgpackr';
import type { Attempt, CapturedBody, Exchange, Tags } from './exchange.ts';
import {
  mapOf,
  nullable,
  pack,
  writeArray,
  writeArrayHead,
  writeBoolean,
  writeBytes,
  writeMapHead,
  writeNumber,
  writeRaw,
  writeText,
} from './message-pack.ts';

/** For what is seldom there, and has many shapes. Plain maps: a message must be readable without its writer's state. */
const packr = new Packr({ useRecords: false, int64AsType: 'bigint' });
const writeAny = (value: unknown): void => writeRaw(packr.pack(value));

const writeTexts = (texts: readonly string[]): void => writeArray(texts, writeText);
const writeHeaders = (headers: readonly [string, string][]): void => writeArray(headers, writeHeader);

function writeHeader([name, value]: [string, string]): void {
  writeArrayHead(2);
  writeText(name);
  writeText(value);
}

function writeProperties(properties: Readonly<Record<string, string>>): void {
  const names = Object.keys(properties);
  writeMapHead(names.length);
  for (const name of names) {
    writeText(name);
    writeText(properties[name] ?? '');
  }
}

const writeBody = mapOf<CapturedBody>({
  size: writeNumber,
  head: writeBytes,
  tail: nullable(writeBytes),
  contentType: nullable(writeText),
  contentEncoding: nullable(writeText),
  flags: writeTexts,
});

const writeTags = mapOf<Tags>({
  userId: writeText,
  feature: writeText,
  promptId: writeText,
  promptVersion: writeText,
  sessionId: writeText,
  sessionName: writeText,
  sessionPath: writeText,
  traceId: writeText,
  properties: writeProperties,
  cut: writeBoolean,
});

const writeAttempt = mapOf<Attempt>({
  attempt: writeNumber,
  provider: writeText,
  upstream: writeText,
  model: writeText,
  path: writeText,
  startedAt: writeNumber,
  status: nullable(writeNumber),
  errorKind: nullable(writeText),
  latencyMs: writeNumber,
  ttftMs: nullable(writeNumber),
  responseHeaders: writeHeaders,
  response: writeBody,
  facts: nullable(writeAny),
});

const writeExchange = mapOf<Exchange>({
  v: writeNumber,
  requestId: writeText,
  kind: writeText,
  lane: writeText,
  arrivedAt: writeNumber,
  provider: writeText,
  method: writeText,
  path: writeText,
  userAgent: writeText,
  keyId: writeText,
  modelOverride: writeText,
  tags: writeTags,
  requestHeaders: writeHeaders,
  request: writeBody,
  requestFacts: nullable(writeAny),
  status: nullable(writeNumber),
  errorKind: nullable(writeText),
  latencyMs: writeNumber,
  ttftMs: nullable(writeNumber),
  overheadMs: writeNumber,
  attempts: (attempts) => writeArray(attempts, writeAttempt),
  cacheOutcome: writeText,
  answeredFrom: nullable(writeAttempt),
  routing: writeText,
  experiment: writeText,
  variant: writeText,
  answeredVariant: writeText,
  unitId: writeText,
  lost: mapOf<Exchange['lost']>({ exchanges: writeNumber, bodies: writeNumber }),
});

/**
 * The event in MessagePack. Field by field, because a library that finds out anew what each exchange looks like costs
 * more than all the rest of recording it.
 */
export const encodeExchange = (exchange: Exchange): Uint8Array => pack(() => writeExchange(exchange));
