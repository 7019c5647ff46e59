import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { EXCHANGE_VERSION } from '../../../domain/exchange.ts';
import { createPrepare } from '../../../ingest/prepare.ts';
import { createProcess } from '../../../ingest/process.ts';

/**
 * Bytes that the encoder of its day made of one exchange, never made again: what stands in logs, topics and dead
 * letters while proxies and ingesters are replaced one after another.
 */
const FILE = join(import.meta.dirname, '..', '..', 'fixtures', 'events', 'older.json');
const older = z
  .array(z.object({ name: z.string(), version: z.number(), event: z.string() }))
  .parse(JSON.parse(await readFile(FILE, 'utf8')));

const slice = {
  ranges: [{ outboxId: 'old', firstSeq: 1, lastSeq: 1 }],
  gaps: [],
  ask: false,
  condemned: '',
};

describe('an event of', () => {
  it.each(older)('$name becomes the same row', async ({ event }) => {
    const prepare = createPrepare(createProcess(), () => new Date(0));
    const raw = { outboxId: 'old', seq: 1, encoded: Buffer.from(event, 'base64') };
    const rows = await prepare(slice, [raw], new Map());
    expect(rows.deadLetters).toEqual([]);
    expect(rows.attempts).toMatchObject([
      {
        request_id: '0190f5a2-7d3c-7c11-9b0e-5f2f6a1c0001',
        created_at: '1772442000.123',
        user_id: 'müller-42',
        feature: 'Auftragsstatus',
        prompt_id: 'answer',
        prompt_version: '3',
        session_path: '/start/answer',
        properties: { Tarif: 'gewerblich' },
        response_model: 'gpt-4o-mini-2024-07-18',
        status: 200,
        input_tokens: 100,
        output_tokens: 10,
        cost_usd: '0.000021000' /* 100 × 150 + 10 × 600 n$ */,
        cost_status: 'exact',
        ttft_ms: 40,
        cache_outcome: 'none',
        experiment: '',
        outbox_id: 'old',
        seq: 1,
      },
    ]);
    expect(rows.bodies).toMatchObject([{ request: expect.stringContaining('"content":"Hello"') }]);
    expect(rows.slices).toMatchObject([{ exchanges: 1, lost_exchanges: 1, lost_bodies: 2 }]);
  });

  it('each version up to the one that is written is among them', () => {
    expect(new Set(older.map(({ version }) => version))).toEqual(
      new Set(Array.from({ length: EXCHANGE_VERSION }, (_, i) => i + 1)),
    );
  });
});
