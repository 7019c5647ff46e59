import { z } from 'zod';
import { type Slice, slice } from '../slice.ts';
import type { JournalState } from './state.ts';

/** What brokers take by default: `offset.metadata.max.bytes`. */
const MAX_BYTES = 4_096;
const MAX_REASON = 160;

const sliceForm = z.object({
  r: z.string(),
  g: z.string().optional(),
  a: z.literal(1).optional(),
  c: z.string().optional(),
});
const form = z.object({
  v: z.literal(1),
  /** Tries of the first slice, and the offset behind the last message of all slices. */
  t: z.number().int().nonnegative().optional(),
  u: z.number().int().nonnegative().optional(),
  /** What is under way, then what is due. */
  s: z.array(sliceForm),
  m: z.string(),
});

/** A journal's state as the metadata of a committed offset. */
export interface OffsetState {
  readonly state: JournalState;
  /** The offset behind the last message of what is under way or due; 0 where nothing is. */
  readonly until: number;
}

/**
 * ASCII, so that characters are bytes. Where there is too much, the marks that moved least recently are left out:
 * an outbox without one is asked of the warehouse when it appears again.
 */
export function encodeOffsetState({ state: { marks, intent, due }, until }: OffsetState): string {
  const s = intent === null ? [] : [intent.slice, ...due].map(sliceText);
  const head = intent === null ? { v: 1, s, m: '' } : { v: 1, t: intent.tries, u: until, s, m: '' };
  let room = MAX_BYTES - JSON.stringify(head).length;
  const kept: string[] = [];
  for (const [id, seq] of [...marks].reverse()) {
    const text = `${id}:${seq.toString(36)}`;
    room -= text.length + 1;
    if (room < 0) break;
    kept.push(text);
  }
  return JSON.stringify({ ...head, m: kept.reverse().join() });
}

/** Null where it is not ours, as after somebody reset the group's offsets. */
export function decodeOffsetState(text: string | null): OffsetState | null {
  const parsed = form.safeParse(json(text ?? ''));
  if (!parsed.success) return null;
  const { t = 0, u = 0, s, m } = parsed.data;
  const slices = s.map(sliceOf).filter((each) => each !== null);
  const marks = new Map(entries(m).map(([id, [seq = Number.NaN]]) => [id, seq]));
  if (slices.length < s.length || ![...marks.values()].every(Number.isSafeInteger)) return null;
  const [under, ...due] = slices;
  return { state: { marks, intent: under ? { slice: under, tries: t } : null, due }, until: u };
}

function sliceText({ ranges, gaps, ask, condemned }: Slice): z.infer<typeof sliceForm> {
  return {
    r: ranges.map(({ outboxId, firstSeq, lastSeq }) => pair(outboxId, firstSeq, lastSeq)).join(),
    ...(gaps.length > 0 && { g: gaps.map((each) => pair(each.outboxId, each.expectedSeq, each.foundSeq)).join() }),
    ...(ask && { a: 1 }),
    ...(condemned !== '' && { c: condemned.replace(/[^ !#-[\]-~]/g, '?').slice(0, MAX_REASON) }),
  };
}

function sliceOf({ r, g = '', a, c = '' }: z.infer<typeof sliceForm>): Slice | null {
  const ranges = entries(r).map(([outboxId, [firstSeq, lastSeq]]) => ({ outboxId, firstSeq, lastSeq }));
  const gaps = entries(g).map(([outboxId, [expectedSeq, foundSeq]]) => ({ outboxId, expectedSeq, foundSeq }));
  const parsed = slice.safeParse({ ranges, gaps, ask: a === 1, condemned: c });
  return parsed.success ? parsed.data : null;
}

const pair = (id: string, first: number, second: number) => `${id}:${first.toString(36)}.${second.toString(36)}`;

/** `id:number,id:number.number`, numbers in base 36. */
function entries(text: string): [id: string, numbers: number[]][] {
  const items = text === '' ? [] : text.split(',');
  return items.map((item) => {
    const [id = '', numbers = ''] = item.split(':');
    return [id, numbers.split('.').map((digits) => Number.parseInt(digits, 36))];
  });
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
