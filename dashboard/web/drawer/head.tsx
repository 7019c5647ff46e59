import type { ReactNode } from 'react';
import type { RequestDetail, RequestLine } from '../../../domain/api.ts';
import type { Dimension } from '../../../domain/view.ts';
import { exactMoney, statedMoney } from '../format/money.ts';
import { compact, duration, integer } from '../format/number.ts';
import { dateTime, fullDateTime } from '../format/time.ts';
import { useView } from '../state/view.tsx';
import { fieldTitle, valueTitle } from '../state/vocabulary.ts';
import { StatusText } from '../table/request-columns.tsx';
import { Scores } from './scores.tsx';

/** What the request was, at a glance; each name filters by itself. */
export function DrawerHead({ line, detail }: { line: RequestLine; detail: RequestDetail | undefined }) {
  const { view } = useView();
  const at = Date.parse(line.createdAt);
  const sum = total(line.inputTokens, line.cacheReadTokens, line.outputTokens, line.reasoningTokens);
  return (
    <div className="shrink-0 border-b border-line px-4 py-3">
      <div className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
        <FilterBy field="model" value={line.model} className="text-[15px] font-semibold" />
        <span className="text-small">
          <StatusText line={line} />
        </span>
        <span className="flex-1" />
        <span className="text-[15px] font-semibold" title={exactMoney(line.cost)}>
          {line.cost === null ? (
            <span className="text-muted">— unpriced</span>
          ) : (
            statedMoney(line.cost, line.costStatus)
          )}
        </span>
      </div>
      <dl className="mt-2 flex flex-wrap gap-x-5 gap-y-1">
        <Fact name="Latency">{duration(line.latencyMs)}</Fact>
        <Fact name="TTFT">{duration(line.ttftMs)}</Fact>
        <Fact name="Tokens">
          <span title={sum === null ? 'Not known' : integer(sum)}>
            {compact(sum)}{' '}
            <span className="text-muted">
              ({compact(total(line.inputTokens, line.cacheReadTokens))} in ·{' '}
              {compact(total(line.outputTokens, line.reasoningTokens))} out)
            </span>
          </span>
        </Fact>
        <Fact name="When">
          <time dateTime={line.createdAt} title={fullDateTime(at, view.timeZone)}>
            {dateTime(at, view.timeZone)}
          </time>
        </Fact>
      </dl>
      <div className="mt-2 flex flex-wrap gap-1.5">
        <Tag field="provider" value={line.provider} />
        <Tag field="user_id" value={line.userId} />
        <Tag field="feature" value={line.feature} />
        <Tag field="prompt_id" value={line.promptId} />
        <Tag field="prompt_version" value={line.promptVersion} />
        <Tag field="session_id" value={line.sessionId} />
        {Object.entries(line.properties).map(
          ([name, value]) => name !== 'feature' && <Tag key={name} field={`property.${name}`} value={value} />,
        )}
      </div>
      {detail && <Scores detail={detail} />}
      {detail && detail.sameId > 1 && (
        <p className="mt-2 text-small text-warn">
          The caller used this request id {integer(detail.sameId)} times; this is one of them.
        </p>
      )}
    </div>
  );
}

/** Null where nothing at all is known. */
function total(...counts: readonly (number | null)[]): number | null {
  const known = counts.filter((count) => count !== null);
  return known.length === 0 ? null : known.reduce((sum, count) => sum + count, 0);
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex gap-1.5 text-small">
      <dt className="text-muted">{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function FilterBy({ field, value, className = '' }: { field: Dimension; value: string; className?: string }) {
  const { addFilter } = useView();
  return (
    <button
      type="button"
      title={`Filter by this ${fieldTitle(field).toLowerCase()}`}
      onClick={() => addFilter({ field, op: 'is', values: [value] })}
      className={`min-w-0 truncate rounded-sm hover:underline ${className}`}
    >
      {valueTitle(field, value)}
    </button>
  );
}

function Tag({ field, value }: { field: Dimension; value: string }) {
  if (value === '') return null;
  return (
    <span className="flex h-6 max-w-full items-center gap-1.5 rounded-md bg-sunken px-2 text-small">
      <span className="shrink-0 text-muted">{fieldTitle(field)}</span>
      <FilterBy field={field} value={value} />
    </span>
  );
}
