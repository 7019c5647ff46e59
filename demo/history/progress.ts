/** Tells how far a long piece of work is: one line that renews itself on a terminal, else a line now and then. */
export interface Progress {
  update(done: Done): void;
  finish(): void;
}

export interface Done {
  readonly written: number;
  readonly ingested: number;
}

interface Terminal {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const TTY_EVERY_MS = 100;
const LINE_EVERY_MS = 5_000;
/** The rate is that of the last stretch, so that it follows what happens now. */
const STRETCH_MS = 8_000;
const BAR = 24;

export function createProgress(
  terminal: Terminal,
  total: number,
  taker: string,
  now: () => number = Date.now,
): Progress {
  const isTty = terminal.isTTY === true;
  const rate = createRate(now);
  let shownAt = Number.NEGATIVE_INFINITY;
  let last: Done = { written: 0, ingested: 0 };
  const show = (): void => {
    shownAt = now();
    const line = describe(last, total, taker, rate.perSecond());
    terminal.write(isTty ? `\r\u001b[2K${bar(last, total)} ${line}` : `${line}\n`);
  };
  return {
    update(done) {
      last = done;
      rate.note(done.ingested);
      if (now() - shownAt >= (isTty ? TTY_EVERY_MS : LINE_EVERY_MS)) show();
    },
    finish() {
      show();
      if (isTty) terminal.write('\n');
    },
  };
}

function createRate(now: () => number) {
  let marks = [{ at: now(), count: 0 }];
  return {
    note(count: number): void {
      const at = now();
      marks.push({ at, count });
      const first = marks.findIndex((mark) => at - mark.at <= STRETCH_MS);
      if (first > 1) marks = marks.slice(first - 1);
    },
    perSecond(): number {
      const [first] = marks;
      const last = marks.at(-1);
      if (!first || !last || last.at === first.at) return 0;
      return ((last.count - first.count) * 1000) / (last.at - first.at);
    },
  };
}

function bar({ written, ingested }: Done, total: number): string {
  const cells = (count: number) => Math.round((count / total) * BAR);
  const full = cells(ingested);
  const half = Math.max(0, cells(written) - full);
  return `${'█'.repeat(full)}${'▒'.repeat(half)}${'░'.repeat(Math.max(0, BAR - full - half))}`;
}

function describe({ written, ingested }: Done, total: number, taker: string, perSecond: number): string {
  const share = ((ingested / total) * 100).toFixed(1);
  const speed = perSecond > 0 ? `, ${Math.round(perSecond).toLocaleString('en')}/s` : '';
  const left = ingested < total && perSecond > 0 ? `, ${duration((total - ingested) / perSecond)} left` : '';
  return `${share} %  ${written.toLocaleString('en')} written, ${ingested.toLocaleString('en')} in ${taker} of ${total.toLocaleString('en')}${speed}${left}`;
}

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return seconds < 5_400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
