import type { ReactNode } from 'react';
import { Link, useSearchParams } from 'react-router';
import type { Figures, SummaryAnswer } from '../../../domain/api.ts';
import { useSummary } from '../api/queries.ts';
import { type Change, type Meaning, moneyChange, relativeChange, shareChange } from '../format/change.ts';
import { exactMoney, isUnpricedSum, money, UNKNOWN } from '../format/money.ts';
import { compact, duration, integer, percent, plural } from '../format/number.ts';
import { dateTime } from '../format/time.ts';
import { rangeTitle } from '../frame/range-picker.tsx';
import { Settled } from '../parts/settled.tsx';
import { sharedSearch, useView } from '../state/view.tsx';

const strip =
  'grid grid-cols-[minmax(258px,2fr)_repeat(6,minmax(0,1fr))] overflow-hidden rounded-lg border border-line bg-line gap-px max-lg:grid-cols-4 max-sm:grid-cols-2';

/** The figures of the view side by side, each against the period before. */
export function Tiles() {
  const { view } = useView();
  const query = useSummary(view);
  return (
    <div className="min-h-[90px]">
      <Settled
        query={query}
        skeleton={<SkeletonTiles />}
        reading={`Reading ${rangeTitle(view.range, view.timeZone).toLowerCase()} …`}
      >
        {(answer) => (
          <>
            <TileStrip answer={answer} />
            <UnaskedLine unasked={answer.unasked} />
          </>
        )}
      </Settled>
    </div>
  );
}

function SkeletonTiles() {
  return (
    <div className={strip}>
      {['spend', 'requests', 'tokens', 'errors', 'cache', 'latency', 'ttft'].map((name) => (
        <div key={name} className="h-[90px] bg-surface p-3 first:max-lg:col-span-2">
          <div className="skeleton h-3 w-16" />
          <div className="skeleton mt-3 h-5 w-24" />
        </div>
      ))}
    </div>
  );
}

function TileStrip({ answer }: { answer: SummaryAnswer }) {
  const { view, compare } = useView();
  const { current: now, previous: then, previousRange } = answer;
  const [from, to] = [Date.parse(previousRange.from), Date.parse(previousRange.to)];
  const against = `against ${dateTime(from, view.timeZone)} – ${dateTime(to, view.timeZone)}`;
  const shown = (change: Change | null) => (compare ? <ChangeMark change={change} against={against} /> : null);
  return (
    <dl className={strip}>
      <Tile
        title="Spend"
        wide
        value={<SpendValue figures={now} />}
        change={shown(moneyChange(now.spend, then.spend, 'more_is_bad'))}
        note={<HonestLine figures={now} />}
      />
      <Tile
        title="Requests"
        value={
          <span title={integer(now.requests)}>
            {now.requests < 100_000 ? integer(now.requests) : compact(now.requests)}
          </span>
        }
        change={shown(relativeChange(now.requests, then.requests, 'neutral'))}
        note={
          isUnpricedSum(now) || now.costPerRequest === null ? null : (
            <span title={exactMoney(now.costPerRequest)}>{money(now.costPerRequest)} each</span>
          )
        }
      />
      <Tile
        title="Tokens"
        value={<span title={integer(now.tokens)}>{compact(now.tokens)}</span>}
        change={shown(relativeChange(now.tokens, then.tokens, 'neutral'))}
        note={`${compact(now.inputTokens)} in · ${compact(now.outputTokens)} out`}
      />
      <Tile
        title="Error rate"
        value={percent(now.errorRate)}
        change={shown(shareChange(now.errorRate, then.errorRate, 'more_is_bad'))}
        note={now.errorRate === null ? null : plural(Math.round(now.errorRate * now.requests), 'request')}
      />
      <Tile
        title="Cache-read share"
        value={percent(now.cacheReadShare)}
        change={shown(shareChange(now.cacheReadShare, then.cacheReadShare, 'more_is_good'))}
        note="of input tokens"
      />
      <Tile
        title="Latency p50"
        value={duration(now.latencyP50)}
        change={shown(relativeChange(now.latencyP50, then.latencyP50, 'more_is_bad'))}
        note={`p95 ${duration(now.latencyP95)}`}
      />
      <Tile
        title="TTFT p50"
        value={duration(now.ttftP50)}
        change={shown(relativeChange(now.ttftP50, then.ttftP50, 'more_is_bad'))}
        note={`p95 ${duration(now.ttftP95)}`}
      />
    </dl>
  );
}

function SpendValue({ figures }: { figures: Figures }) {
  if (isUnpricedSum(figures)) return <span className="text-muted">{UNKNOWN} unpriced</span>;
  return <span title={exactMoney(figures.spend)}>{money(figures.spend)}</span>;
}

/** What the total does not tell: money that is missing from it, and money that is a guess. */
function HonestLine({ figures }: { figures: Figures }) {
  const [params] = useSearchParams();
  const { unpricedRequests: unpriced, estimatedRequests: estimated } = figures;
  if (unpriced + estimated === 0) return figures.requests > 0 ? <>every request priced exactly</> : null;
  return (
    <span
      className="text-warn"
      title={`${plural(figures.estimatedRequests, 'request')} estimated, ${exactMoney(figures.estimatedSpend)}`}
    >
      {unpriced > 0 && (
        <Link to={`/prices${sharedSearch(params)}`} className="hover:underline">
          {plural(unpriced, 'request')} unpriced
        </Link>
      )}
      {unpriced > 0 && estimated > 0 && ' · '}
      {estimated > 0 && `≈ ${money(figures.estimatedSpend)} estimated`}
    </span>
  );
}

/** Money that is a guess for want of one word to the provider, and the word. */
function UnaskedLine({ unasked: { spend, requests } }: { unasked: SummaryAnswer['unasked'] }) {
  if (requests === 0) return null;
  return (
    <p className="mt-1.5 text-small text-warn">
      ≈ <span title={exactMoney(spend)}>{money(spend)}</span> of {plural(requests, 'stream')} is counted here, since
      nobody asked the provider for its usage: send <code>Helicone-Stream-Usage: true</code>, or set{' '}
      <code>streamUsage: true</code> for the provider in spendlens.yaml.
    </p>
  );
}

interface TileProps {
  readonly title: string;
  readonly value: ReactNode;
  readonly change: ReactNode;
  readonly note: ReactNode;
  readonly wide?: boolean;
}

export function Tile({ title, value, change, note, wide = false }: TileProps) {
  return (
    <div className={`flex min-w-0 flex-col bg-surface px-3 py-2.5 ${wide ? 'max-lg:col-span-2' : ''}`}>
      <dt className="truncate text-small font-medium text-muted">{title}</dt>
      <dd className="mt-0.5 flex flex-wrap items-baseline gap-x-1.5">
        <span className="text-figure font-semibold tracking-tight">{value}</span>
        {change}
      </dd>
      <dd className="min-h-4 truncate text-small text-muted">{note}</dd>
    </div>
  );
}

const meanings: Readonly<Record<Meaning, string>> = { good: 'text-good', bad: 'text-bad', neutral: 'text-muted' };

function ChangeMark({ change, against }: { change: Change | null; against: string }) {
  if (change === null) return null;
  return (
    <span className={`text-small font-medium whitespace-nowrap ${meanings[change.meaning]}`} title={against}>
      {change.text}
    </span>
  );
}
