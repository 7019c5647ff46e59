interface Entry {
  readonly answer: Promise<string>;
  readonly stop: AbortController;
  waiting: number;
  settled: boolean;
}

/** Answers the same question once for all who ask it within a moment, and stops it when nobody waits any more. */
export type ShareAnswer = (
  question: string,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<string>,
) => Promise<string>;

/** @param keepMs how long an answer is given again after it came */
export function createSharedAnswers(keepMs: number): ShareAnswer {
  const entries = new Map<string, Entry>();

  const begin = (question: string, work: (signal: AbortSignal) => Promise<string>): Entry => {
    const stop = new AbortController();
    const answer = work(stop.signal);
    const entry: Entry = { answer, stop, waiting: 0, settled: false };
    const forget = () => {
      if (entries.get(question) === entry) entries.delete(question);
    };
    answer.then(
      () => {
        entry.settled = true;
        setTimeout(forget, keepMs).unref();
      },
      () => {
        entry.settled = true;
        forget();
      },
    );
    entries.set(question, entry);
    return entry;
  };

  return async function shareAnswer(question, signal, work) {
    const entry = entries.get(question) ?? begin(question, work);
    entry.waiting++;
    const leave = () => {
      entry.waiting--;
      if (entry.waiting > 0 || entry.settled) return;
      entries.delete(question);
      entry.stop.abort();
    };
    signal.addEventListener('abort', leave, { once: true });
    try {
      return await entry.answer;
    } finally {
      signal.removeEventListener('abort', leave);
    }
  };
}
