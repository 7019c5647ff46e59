import { describe, expect, it } from 'vitest';
import { encodeExchange } from '../../../domain/encode-exchange.ts';
import type { Exchange } from '../../../domain/exchange.ts';
import { createPrepare } from '../../../ingest/prepare.ts';
import { createProcess } from '../../../ingest/process.ts';
import type { Slice } from '../../../ingest/slice.ts';
import { chatExchange } from '../../harness/exchanges.ts';

const prepare = createPrepare(createProcess(), () => new Date(0));
const slice: Slice = {
  ranges: [
    { outboxId: 'a', firstSeq: 1, lastSeq: 2 },
    { outboxId: 'b', firstSeq: 5, lastSeq: 5 },
  ],
  gaps: [{ outboxId: 'b', expectedSeq: 3, foundSeq: 5 }],
  ask: false,
  condemned: '',
};
const event = (outboxId: string, seq: number, exchange: Exchange) => ({
  outboxId,
  seq,
  encoded: encodeExchange(exchange),
});
const events = [
  event('a', 1, chatExchange({ lost: { exchanges: 2, bodies: 3 } })),
  event('a', 2, { ...chatExchange(), requestId: 'none' }),
  event('b', 5, chatExchange({ lost: { exchanges: 0, bodies: 1 } })),
];
const held = (...seqs: number[]) => new Map([['a', new Set(seqs)]]);

describe('a slice that is prepared', () => {
  it('counts for each outbox what it holds and what the proxy lost', async () => {
    const rows = await prepare(slice, events, new Map());
    expect(rows.attempts.map(({ outbox_id, seq }) => `${outbox_id}/${seq}`)).toEqual(['a/1', 'b/5']);
    expect(rows.deadLetters).toMatchObject([{ outbox_id: 'a', seq: 2, step: 'decode', tries: 1 }]);
    expect(rows.gaps).toMatchObject([{ outbox_id: 'b', expected_seq: 3, found_seq: 5 }]);
    expect(rows.slices).toMatchObject([
      { outbox_id: 'a', first_seq: 1, last_seq: 2, exchanges: 1, dead_letters: 1, lost_exchanges: 2, lost_bodies: 3 },
      { outbox_id: 'b', first_seq: 5, last_seq: 5, exchanges: 1, dead_letters: 0, lost_exchanges: 0, lost_bodies: 1 },
    ]);
  });

  it('is the same whoever prepares it', async () => {
    expect(await prepare(slice, events, new Map())).toEqual(await prepare(slice, events, new Map()));
  });

  it('leaves out what stands already, counts it all the same, and goes under another token', async () => {
    const all = await prepare(slice, events, new Map());
    const rest = await prepare(slice, events, held(1));
    expect(rest.attempts.map(({ outbox_id }) => outbox_id)).toEqual(['b']);
    expect(rest.slices).toEqual(all.slices);
    expect(rest.token).not.toBe(all.token);
    expect((await prepare(slice, events, held())).token).toBe(all.token);
    expect((await prepare(slice, events, held(2))).token).not.toBe(rest.token);
  });

  it('that is condemned goes to the dead letters unread, with its bytes', async () => {
    const only = { ...slice, ranges: [{ outboxId: 'a', firstSeq: 1, lastSeq: 1 }], condemned: 'refused' };
    const rows = await prepare(only, events.slice(0, 1), new Map());
    expect(rows.attempts).toEqual([]);
    expect(rows.deadLetters).toMatchObject([{ seq: 1, step: 'write', reason: 'refused' }]);
    expect(Buffer.from(rows.deadLetters[0]?.event ?? '', 'base64')).toEqual(Buffer.from(events[0]?.encoded ?? []));
  });
});
