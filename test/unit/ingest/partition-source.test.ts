import { describe, expect, it } from 'vitest';
import type { Held } from '../../../ingest/held.ts';
import { createPartitionSource } from '../../../ingest/source/partition.ts';
import { createPartitionQueue, type Fetched } from '../../../ingest/source/partition-queue.ts';

/** A message is `outbox seq`, `outbox closed seq` or `?`; offsets count from 0. */
function fetched(texts: readonly string[], from = 0): Fetched[] {
  return texts.map((text, index): Fetched => {
    const [outboxId = '', second = '', third = ''] = text.split(' ');
    const place = { offset: from + index, at: 0, value: null };
    if (outboxId === '?') return { ...place, parsed: { kind: 'unidentified', reason: 'no header' } };
    if (second === 'closed') return { ...place, parsed: { kind: 'closed', outboxId, lastSeq: Number(third) } };
    const encoded = new Uint8Array(10);
    return { ...place, parsed: { kind: 'exchange', outboxId, seq: Number(second), encoded } };
  });
}

interface Setting {
  readonly marks?: Record<string, number>;
  readonly held?: Record<string, Held>;
  readonly entries?: number;
}

function partition(texts: readonly string[], { marks = {}, held = {}, entries = 100 }: Setting = {}) {
  const marked = new Map(Object.entries(marks));
  const buried: number[] = [];
  const queue = createPartitionQueue({
    offset: 0,
    marks: marked,
    until: 0,
    maxBytes: 1_000,
    onResend: () => undefined,
  });
  queue.push(fetched(texts), texts.length, texts.length);
  const source = createPartitionSource({
    queue,
    beyond: async (id) => held[id] ?? { covered: [], upTo: 0 },
    bury: async (message) => {
      buried.push(message.offset);
      message.buried = true;
    },
    limits: { entries, bytes: 10_000 },
    signal: new AbortController().signal,
  });
  return { queue, source, buried, marked };
}

async function cut(texts: readonly string[], setting: Setting = {}) {
  const { source, marked, buried } = partition(texts, setting);
  const { slice, passed } = await source.cut(marked);
  return {
    ranges: slice?.slice.ranges.map(({ outboxId, firstSeq, lastSeq }) => `${outboxId} ${firstSeq}-${lastSeq}`),
    gaps: slice?.slice.gaps.map(({ outboxId, expectedSeq, foundSeq }) => `${outboxId} ${expectedSeq}..${foundSeq}`),
    ask: slice?.slice.ask,
    events: slice?.events.length,
    passed: Object.fromEntries(passed),
    buried,
  };
}

const covered = (...spans: [number, number][]): Held => ({
  covered: spans.map(([firstSeq, lastSeq]) => ({ firstSeq, lastSeq })),
  upTo: Math.max(0, ...spans.map(([, last]) => last)),
});

describe('cutting a slice out of a partition', () => {
  it.each([
    { name: 'nothing there', texts: [], ranges: undefined },
    { name: 'from 1 on', texts: ['a 1', 'a 2', 'a 3'], ranges: ['a 1-3'] },
    { name: 'outboxes between one another', texts: ['a 1', 'b 1', 'a 2', 'b 2'], ranges: ['a 1-2', 'b 1-2'] },
    { name: 'what was sent again', texts: ['a 1', 'a 2', 'a 1', 'a 2', 'a 3'], ranges: ['a 1-3'] },
    { name: 'an old batch that comes late', texts: ['a 3', 'a 4', 'a 1', 'a 2'], marks: { a: 2 }, ranges: ['a 3-4'] },
    { name: 'behind the mark', texts: ['a 1', 'a 2', 'a 3'], marks: { a: 2 }, ranges: ['a 3-3'] },
    { name: 'as many as fit', texts: ['a 1', 'b 1', 'a 2'], entries: 2, ranges: ['a 1-1', 'b 1-1'] },
  ])('$name', async ({ texts, marks = {}, entries = 100, ranges }) => {
    const found = await cut(texts, { marks, entries });
    expect(found.ranges).toEqual(ranges);
  });

  it('reports seqs that skip in front of a range, and leaves those behind one for the next slice', async () => {
    expect(await cut(['a 3', 'a 4'], { marks: { a: 1 } })).toMatchObject({ ranges: ['a 3-4'], gaps: ['a 2..3'] });
    const texts = ['a 1', 'a 4', 'b 1', 'a 5'];
    expect(await cut(texts)).toMatchObject({ ranges: ['a 1-1', 'b 1-1'], gaps: [] });
    expect(await cut(texts, { marks: { a: 1, b: 1 } })).toMatchObject({ ranges: ['a 4-5'], gaps: ['a 2..4'] });
  });

  it('reports what a closed outbox sent and nobody saw', async () => {
    expect(await cut(['a 1', 'a closed 4'], { marks: { a: 1 } })).toMatchObject({ ranges: [], gaps: ['a 2..5'] });
    expect(await cut(['a 1', 'a closed 1'], { marks: { a: 1 } })).toMatchObject({ ranges: undefined, passed: {} });
    expect(await cut(['a closed 4'], { held: { a: covered([1, 4]) } })).toMatchObject({ passed: { a: 4 } });
  });

  it('passes over what the warehouse has, and asks as far as rows may stand there', async () => {
    const texts = ['a 1', 'a 2', 'a 3', 'a 4', 'a 5'];
    expect(await cut(texts, { held: { a: covered([1, 3]) } })).toMatchObject({ ranges: ['a 4-5'], ask: false });
    expect(await cut(texts, { held: { a: covered([1, 9]) } })).toMatchObject({ ranges: undefined, passed: { a: 9 } });
    expect(await cut(texts, { held: { a: covered([3, 3]) } })).toMatchObject({ ranges: ['a 1-2'], ask: true });
    const partly = { a: { covered: [], upTo: 2 } };
    expect(await cut([...texts, 'b 1'], { held: partly })).toMatchObject({ ranges: ['a 1-2'], ask: true });
  });

  it('sets aside what has no identity, once', async () => {
    const { source, queue, buried, marked } = partition(['a 1', '?', 'a 2']);
    expect((await source.cut(marked)).slice?.events.length).toBe(2);
    await source.cut(marked);
    expect(buried).toEqual([1]);
    expect(queue.position(new Map([['a', 2]]))).toBe(3);
  });

  it('holds no more outboxes than the metadata can name', async () => {
    const texts = Array.from({ length: 300 }, (_, index) => `outbox${index} 1`);
    const found = await cut(texts, { entries: 1_000 });
    expect(found.ranges?.length).toBeGreaterThan(30);
    expect(found.ranges?.length).toBeLessThan(80);
  });
});

describe('the offset to commit', () => {
  it('is that of the first message that is not done', () => {
    const { queue } = partition(['a 1', 'b 1', 'a 2', 'b 2']);
    expect(queue.position(new Map())).toBe(0);
    expect(queue.position(new Map([['a', 2]]))).toBe(1);
    expect(
      queue.position(
        new Map([
          ['a', 1],
          ['b', 1],
        ]),
      ),
    ).toBe(2);
    expect(
      queue.position(
        new Map([
          ['a', 2],
          ['b', 2],
        ]),
      ),
    ).toBe(4);
  });

  it('moves past resends, which no slice tells of', () => {
    const { queue } = partition(['a 1', 'a 2'], { marks: { a: 2 } });
    expect(queue.moved()).toBe(true);
    queue.settle(new Map([['a', 2]]));
    expect(queue.moved()).toBe(false);
    expect(queue.takeResends()).toBe(2);
  });

  it('counts what waits from where the log begins, where nothing is committed', () => {
    const start = { offset: null, marks: new Map(), until: 0, maxBytes: 1_000, onResend: () => undefined };
    const queue = createPartitionQueue(start);
    queue.push(fetched(['a 7', 'a 8'], 500), 502, 510);
    expect(queue.lag()).toEqual({ messages: 10, oldestAt: 0 });
  });

  it('passes a closed outbox together with its mark', () => {
    const { queue } = partition(['a 1', 'a closed 1', 'b 1']);
    const marks = new Map([['a', 1]]);
    expect([...queue.gone(marks)]).toEqual(['a']);
    expect(queue.position(new Map())).toBe(2);
    queue.settle(new Map());
    queue.push(fetched(['a 1', 'a closed 1'], 3), 5, 5);
    expect(queue.position(new Map([['b', 1]]))).toBe(5);
  });
});

describe('a slice under way', () => {
  it('is read again when all that was there has been fetched', async () => {
    const start = { offset: 0, marks: new Map([['a', 1]]), until: 4, maxBytes: 20, onResend: () => undefined };
    const queue = createPartitionQueue(start);
    const source = createPartitionSource({
      queue,
      beyond: async () => ({ covered: [], upTo: 0 }),
      bury: async () => undefined,
      limits: { entries: 100, bytes: 10_000 },
      signal: new AbortController().signal,
    });
    queue.push(fetched(['a 1', 'a 2']), 2, 9);
    expect(queue.isFull()).toBe(false);
    const recalled = source.recall({
      ranges: [{ outboxId: 'a', firstSeq: 2, lastSeq: 3 }],
      gaps: [],
      ask: false,
      condemned: '',
    });
    queue.push(fetched(['b 1', 'a 3', 'a 4'], 2), 5, 9);
    expect((await recalled).map(({ outboxId, seq }) => `${outboxId} ${seq}`)).toEqual(['a 2', 'a 3']);
    expect(queue.isFull()).toBe(true);
  });
});
