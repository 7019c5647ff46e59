import { describe, expect, it } from 'vitest';
import { createProgress } from '../../../demo/history/progress.ts';

function watch(isTTY: boolean) {
  let now = 0;
  const written: string[] = [];
  const terminal = { isTTY, write: (text: string) => written.push(text) };
  const progress = createProgress(terminal, 1_000, 'the warehouse', () => now);
  return { written, progress, pass: (ms: number) => (now += ms) };
}

describe('progress', () => {
  it('renews one line on a terminal, with bar, rate and time left', () => {
    const { written, progress, pass } = watch(true);
    progress.update({ written: 0, ingested: 0 });
    pass(2_000);
    progress.update({ written: 750, ingested: 500 });
    /* 500 in 2 s: 250/s; 500 left: 2 s; half of 24 cells full, a quarter begun */
    expect(written.at(-1)).toMatch(
      /^\r.*█{12}▒{6}░{6} 50\.0 % .*750 written, 500 in the warehouse of 1,000, 250\/s, 2 s left$/,
    );
    progress.finish();
    expect(written.at(-1)).toBe('\n');
  });

  it('writes a plain line now and then elsewhere', () => {
    const { written, progress, pass } = watch(false);
    for (let second = 0; second <= 10; second++) {
      progress.update({ written: second * 50, ingested: second * 50 });
      pass(1_000);
    }
    expect(written).toHaveLength(3);
    expect(written.at(-1)).toBe('50.0 %  500 written, 500 in the warehouse of 1,000, 50/s, 10 s left\n');
  });
});
