const REST = 20;

/**
 * Gives an answer again for `keepMs`, or for twenty times as long as it took where that is more: what reads every row
 * is asked the less often the more rows there are, and never takes more than a twentieth of the warehouse's time.
 */
export function createPaced<Answer>(work: () => Promise<Answer>, keepMs: number): () => Promise<Answer> {
  let known: { readonly answer: Promise<Answer>; until: number } | null = null;
  return function paced() {
    const began = Date.now();
    if (known !== null && known.until > began) return known.answer;
    const entry = { answer: work(), until: Number.POSITIVE_INFINITY };
    known = entry;
    entry.answer.then(
      () => {
        const ended = Date.now();
        entry.until = ended + Math.max(keepMs, REST * (ended - began));
      },
      () => {
        entry.until = 0;
      },
    );
    return entry.answer;
  };
}
