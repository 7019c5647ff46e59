import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { encodeExchange } from '../../../domain/encode-exchange.ts';
import { nanoUsd, toDecimal } from '../../../domain/money.ts';
import { createProcess } from '../../../ingest/process.ts';
import { corpus } from '../../fixtures/wire/corpus.ts';
import type { WireExchange } from '../../fixtures/wire/wire.ts';
import { chatAttempt, chatExchange, jsonBody, rawBody } from '../../harness/exchanges.ts';

const run = createProcess();

function rowOf(wire: WireExchange, encode: (bytes: Buffer) => Buffer, contentEncoding: string | null) {
  const { provider, path, request, response, headers = [], status = 200 } = wire;
  const at = Date.parse(wire.at ?? '2026-11-01T12:00:00Z');
  const body = rawBody(new Uint8Array(encode(Buffer.from(response.bytes))), {
    contentType: response.contentType,
    contentEncoding,
  });
  const responseHeaders = headers.map(([name, value]): [string, string] => [name, value]);
  const attempt = chatAttempt({ provider, status, startedAt: at, responseHeaders, response: body });
  const exchange = chatExchange({
    provider,
    path,
    request: jsonBody(request),
    arrivedAt: at,
    status,
    attempts: [attempt],
  });
  const outcome = run({ raw: { outboxId: 'box', seq: 1, encoded: encodeExchange(exchange) }, room: { left: 1e7 } });
  if (outcome.kind === 'deadLetter') throw new Error(outcome.reason);
  return outcome.value.attempts[0];
}

const named = corpus.map((wire) => ({ wire, title: `${wire.provider} ${wire.path.split('?')[0]}: ${wire.name}` }));

describe('every exchange of the corpus on its way to a row', () => {
  it.each(named)('$title', ({ wire }) => {
    const row = rowOf(wire, (bytes) => bytes, null);
    expect(row?.cost_usd).toBe(wire.cost === null ? null : toDecimal(nanoUsd(wire.cost)));
    expect(row?.cost_status).toBe(wire.costStatus ?? (wire.cost === null ? 'unpriced' : 'exact'));
    // What other models did inside the call stands in the row's tokens too.
    const others = (wire.others ?? []).reduce((sum, { usage }) => sum + (usage.output ?? 0), 0);
    if (typeof wire.usage?.output === 'number') expect(row?.output_tokens).toBe(wire.usage.output + others);
    const { cost_usd, cost_status, input_tokens, output_tokens } = rowOf(wire, gzipSync, 'gzip') ?? {};
    expect({ cost_usd, cost_status, input_tokens, output_tokens }).toEqual({
      cost_usd: row?.cost_usd,
      cost_status: row?.cost_status,
      input_tokens: row?.input_tokens,
      output_tokens: row?.output_tokens,
    });
  });
});
