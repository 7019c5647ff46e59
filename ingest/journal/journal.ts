import { SpendlensError } from '../../domain/error.ts';
import type { Slice } from '../slice.ts';
import type { Intent, JournalState, StateStore } from './state.ts';

/** From a committed intent to an insert. Later, somebody else may have taken the slice over and gone on. */
const INTENT_HOLDS_MS = 60_000;

type Marks = ReadonlyMap<string, number>;

/** The committed state, and the only way to change it. Every change is kept for good when its promise resolves. */
export interface Journal {
  marks(): Marks;
  intent(): Intent | null;
  /** Slices that go before anything new. */
  due(): readonly Slice[];
  open(slice: Slice): Promise<void>;
  /** One more ingester begins on the intent that it found. */
  beginAgain(): Promise<void>;
  /** The same intent from now on, its tries forgotten: what failed was not the slice. */
  renew(): Promise<void>;
  /** The ranges of the intent are done; `next` is under way at once, or else what is due. Marks that are `gone` go. */
  finish(next: Slice | null, gone: (marks: Marks) => ReadonlySet<string>): Promise<void>;
  /** These go in the place of the intent. */
  replace(slices: readonly [Slice, ...Slice[]]): Promise<void>;
  /** The warehouse has everything up to these seqs. */
  pass(marks: Marks, gone: (marks: Marks) => ReadonlySet<string>): Promise<void>;
  /** @throws SpendlensError slice_too_old */
  assertFresh(): void;
}

export async function openJournal(store: StateStore, now: () => number): Promise<Journal> {
  let state = await store.load();
  let committedAt = now();

  async function commit(change: Partial<JournalState>): Promise<void> {
    const changed = { ...state, ...change };
    let sentAt = now();
    await store.save(changed, () => {
      sentAt = now();
    });
    state = changed;
    // A process may be stopped between the answer and this line, for as long as it likes.
    committedAt = sentAt;
  }

  /** Who moved last stands last: a store that is short of room forgets the others first. */
  function moved(passed: Iterable<readonly [string, number]>): Map<string, number> {
    const marks = new Map(state.marks);
    for (const [id, seq] of passed) {
      const before = marks.get(id) ?? 0;
      marks.delete(id);
      marks.set(id, Math.max(before, seq));
    }
    return marks;
  }

  function without(marks: Marks, gone: ReadonlySet<string>): Marks {
    return new Map([...marks].filter(([id]) => !gone.has(id)));
  }

  return {
    marks: () => state.marks,
    intent: () => state.intent,
    due: () => state.due,
    open: (slice) => commit({ intent: { slice, tries: 0 } }),
    beginAgain: () => commit({ intent: state.intent && { ...state.intent, tries: state.intent.tries + 1 } }),
    renew: () => commit({ intent: state.intent && { ...state.intent, tries: 0 } }),
    finish(next, gone) {
      const { ranges = [], gaps = [] } = state.intent?.slice ?? {};
      const marks = moved([
        ...gaps.map(({ outboxId, foundSeq }) => [outboxId, foundSeq - 1] as const),
        ...ranges.map(({ outboxId, lastSeq }) => [outboxId, lastSeq] as const),
      ]);
      const [dueNext, ...due] = state.due;
      const slice = dueNext ?? next;
      return commit({ marks: without(marks, gone(marks)), intent: slice ? { slice, tries: 0 } : null, due });
    },
    replace: ([first, ...rest]) => commit({ intent: { slice: first, tries: 0 }, due: [...rest, ...state.due] }),
    pass(passed, gone) {
      const marks = moved(passed);
      return commit({ marks: without(marks, gone(marks)) });
    },
    assertFresh() {
      const age = now() - committedAt;
      if (age <= INTENT_HOLDS_MS) return;
      const seconds = Math.round(age / 1000);
      throw new SpendlensError(
        'slice_too_old',
        `this ingester gives up its slice: ${seconds} s went by since its intent`,
      );
    },
  };
}
