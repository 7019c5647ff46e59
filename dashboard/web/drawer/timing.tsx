import type { RequestDetail } from '../../../domain/api.ts';
import { bytes, duration } from '../format/number.ts';
import { StateDot } from '../parts/state-dot.tsx';
import { statusText, toneOf } from '../table/request-columns.tsx';
import { Facts } from './facts.tsx';
import { Routing } from './routing.tsx';
import { type Span, spansOf } from './spans.ts';

const looks: Readonly<Record<Span['kind'], { colour: string; title: string }>> = {
  overhead: { colour: 'var(--series-other)', title: 'Spendlens’ own overhead' },
  wait: { colour: 'var(--series-2)', title: 'Waiting for the first byte' },
  stream: { colour: 'var(--series-3)', title: 'Streaming the answer' },
  call: { colour: 'var(--series-1)', title: 'Call without an answer' },
};

export function TimingTab({ detail }: { detail: RequestDetail }) {
  const { line } = detail;
  const rows = spansOf(detail);
  const whole = Math.max(line.latencyMs, ...rows.map((row) => row.endMs), 0.001);
  const kinds = [...new Set(rows.flatMap((row) => row.spans.map((span) => span.kind)))];
  return (
    <div className="flex flex-col gap-5">
      <div className="flex flex-col gap-2.5">
        {rows.map((row) => (
          <div key={row.title}>
            <div className="mb-1 flex items-center gap-1.5 text-small">
              {row.attempt && <StateDot tone={toneOf(row.attempt)} className="size-1.5" />}
              <span className="min-w-0 flex-1 truncate">
                {row.title}
                {row.attempt && <span className="text-muted"> · {statusText(row.attempt)}</span>}
              </span>
              <span>{duration(row.endMs - row.startMs)}</span>
            </div>
            <div className="relative h-5 overflow-hidden rounded-[4px] bg-sunken">
              {row.spans.map((span) => (
                <span
                  key={`${span.kind} ${span.startMs}`}
                  title={`${looks[span.kind].title}: ${duration(span.ms)}`}
                  className="absolute inset-y-0 min-w-px"
                  style={{
                    left: `${(span.startMs / whole) * 100}%`,
                    width: `${(span.ms / whole) * 100}%`,
                    background: looks[span.kind].colour,
                  }}
                />
              ))}
            </div>
          </div>
        ))}
        <ul className="flex flex-wrap gap-x-4 text-small text-muted">
          {kinds.map((kind) => (
            <li key={kind} className="flex items-center gap-1.5">
              <span aria-hidden className="size-2 rounded-[2px]" style={{ background: looks[kind].colour }} />
              {looks[kind].title}
            </li>
          ))}
        </ul>
      </div>
      <Figures detail={detail} />
      {detail.routing && <Routing trace={detail.routing} />}
    </div>
  );
}

function Figures({ detail }: { detail: RequestDetail }) {
  const { line } = detail;
  return (
    <Facts
      facts={[
        ['Whole request', duration(line.latencyMs)],
        ['First byte', duration(line.ttftMs)],
        ['Our overhead', duration(detail.overheadMs)],
        ['Request size', bytes(detail.requestBytes)],
        ['Response size', bytes(detail.responseBytes)],
        ['Streamed', line.streamed ? 'yes' : 'no'],
        ['Lane', detail.lane],
        ['Session', [detail.sessionName, detail.sessionPath].filter(Boolean).join(' ')],
        ['Trace', detail.traceId],
      ]}
    />
  );
}
