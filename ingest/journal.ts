import { randomBytes } from 'node:crypto';
import { SpendlensError } from '../domain/error.ts';
import type { Slice } from './slice.ts';
import { type IngestState, type Intent, loadState, saveState } from './state.ts';

/** From a committed intent to an insert. Later, somebody else may have taken the slice over and gone on. */
const INTENT_HOLDS_MS = 60_000;

/** The committed state, and the only way to change it. Every change is on the disk when its promise resolves. */
export interface Journal {
  marks(): ReadonlyMap<string, number>;
  intent(): Intent | null;
  /** Slices that go before anything new. */
  due(): readonly Slice[];
  open(slice: Slice): Promise<void>;
  /** One more ingester begins on the intent that it found. */
  beginAgain(): Promise<void>;
  /** The same intent from now on, its tries forgotten: what failed was not the slice. */
  renew(): Promise<void>;
  /** The ranges of the intent are done; `next` is under way at once, or else what is due. */
  finish(next: Slice | null, gone: ReadonlySet<string>): Promise<void>;
  /** These go in the place of the intent. */
  replace(slices: readonly [Slice, ...Slice[]]): Promise<void>;
  /** The warehouse has everything up to these seqs. */
  pass(marks: ReadonlyMap<string, number>): Promise<void>;
  /** @throws SpendlensError slice_too_old */
  assertFresh(): void;
}

export async function openJournal(path: string, now: () => number): Promise<Journal> {
  const writer = randomBytes(6).toString('hex');
  let state = await loadState(path);
  let committedAt = now();
  await saveState(path, { ...state, writer });

  async function commit(change: Partial<IngestState>): Promise<void> {
    // A process that was paused for long may wake beside its successor: it must not put the old marks back.
    if ((await loadState(path)).writer !== writer) throw tooOld('another ingester has taken over');
    state = { ...state, ...change, writer };
    await saveState(path, state);
    committedAt = now();
  }

  function moved(passed: Iterable<readonly [string, number]>): Record<string, number> {
    const marks = { ...state.marks };
    for (const [id, seq] of passed) marks[id] = Math.max(marks[id] ?? 0, seq);
    return marks;
  }

  return {
    marks: () => new Map(Object.entries(state.marks)),
    intent: () => state.intent,
    due: () => state.due,
    open: (slice) => commit({ intent: { slice, tries: 0 } }),
    beginAgain: () => commit({ intent: state.intent && { ...state.intent, tries: state.intent.tries + 1 } }),
    renew: () => commit({ intent: state.intent && { ...state.intent, tries: 0 } }),
    finish(next, gone) {
      const done = state.intent?.slice.ranges ?? [];
      const marks = moved(done.map(({ outboxId, lastSeq }) => [outboxId, lastSeq] as const));
      const [dueNext, ...due] = state.due;
      const slice = dueNext ?? next;
      return commit({
        marks: Object.fromEntries(Object.entries(marks).filter(([id]) => !gone.has(id))),
        intent: slice ? { slice, tries: 0 } : null,
        due,
      });
    },
    replace: ([first, ...rest]) => commit({ intent: { slice: first, tries: 0 }, due: [...rest, ...state.due] }),
    pass: (marks) => commit({ marks: moved(marks) }),
    assertFresh() {
      const age = now() - committedAt;
      if (age > INTENT_HOLDS_MS) throw tooOld(`${Math.round(age / 1000)} s went by since its intent`);
    },
  };
}

function tooOld(why: string): SpendlensError {
  return new SpendlensError('slice_too_old', `this ingester gives up its slice: ${why}`);
}
