import type { RequestDetail } from '../../../domain/api.ts';

type Attempt = RequestDetail['attempts'][number];

export interface Span {
  readonly kind: 'overhead' | 'wait' | 'stream' | 'call';
  readonly startMs: number;
  readonly ms: number;
}

export interface SpanRow {
  readonly title: string;
  readonly attempt: Attempt | null;
  readonly startMs: number;
  readonly endMs: number;
  readonly spans: readonly Span[];
}

/**
 * A bar for each attempt, one after the other, behind our own overhead. When exactly an attempt began is not
 * recorded: they follow each other without a gap, and what the waits between them took is in none of them.
 */
export function spansOf(detail: Pick<RequestDetail, 'line' | 'overheadMs' | 'attempts'>): SpanRow[] {
  const { overheadMs, attempts, line } = detail;
  const overhead: Span[] = overheadMs > 0 ? [{ kind: 'overhead', startMs: 0, ms: overheadMs }] : [];
  if (attempts.length === 0) {
    return [
      { title: 'Answered without a provider', attempt: null, startMs: 0, endMs: line.latencyMs, spans: overhead },
    ];
  }
  let startMs = overheadMs;
  return attempts.map((attempt, index) => {
    const from = index === 0 ? 0 : startMs;
    const spans = [...(index === 0 ? overhead : []), ...attemptSpans(attempt, startMs)];
    startMs += attempt.latencyMs;
    const title = attempts.length > 1 ? `Attempt ${attempt.attempt} · ${attempt.provider}` : attempt.provider;
    return { title, attempt, startMs: from, endMs: startMs, spans };
  });
}

function attemptSpans(attempt: Attempt, startMs: number): Span[] {
  const { ttftMs, latencyMs } = attempt;
  if (ttftMs === null) return [{ kind: 'call', startMs, ms: latencyMs }];
  const wait = Math.min(ttftMs, latencyMs);
  return [
    { kind: 'wait', startMs, ms: wait },
    { kind: 'stream', startMs: startMs + wait, ms: latencyMs - wait },
  ];
}
