import type { RequestDetail } from '../../../domain/api.ts';
import { exactMoney } from '../format/money.ts';
import { dateTime, fullDateTime } from '../format/time.ts';
import { useView } from '../state/view.tsx';

/** What the cost was before, who changed it and why. Nothing where it is as it was first written. */
export function Corrections({ corrections }: { corrections: RequestDetail['corrections'] }) {
  const { view } = useView();
  if (corrections.length === 0) return null;
  return (
    <section>
      <h3 className="mb-1 text-body font-semibold">Corrections</h3>
      <ol className="flex flex-col">
        {corrections.map((correction) => {
          const at = Date.parse(correction.at);
          return (
            <li key={`${correction.jobId} ${correction.attempt}`} className="border-t border-line/60 py-1.5 text-small">
              <div className="flex flex-wrap justify-between gap-x-3">
                <span className="tabular-nums">
                  <s className="text-muted">{exactMoney(correction.oldCost)}</s> → {exactMoney(correction.newCost)}
                </span>
                <time className="text-muted" title={fullDateTime(at, view.timeZone)}>
                  {dateTime(at, view.timeZone)}
                </time>
              </div>
              <div className="break-words text-muted">
                {correction.why} · {correction.who} · {correction.oldStatus} → {correction.newStatus} ·{' '}
                {correction.oldPriceVersion} → {correction.newPriceVersion}
              </div>
            </li>
          );
        })}
      </ol>
    </section>
  );
}
