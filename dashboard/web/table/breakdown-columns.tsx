import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { BreakdownAnswer, Figures } from '../../../domain/api.ts';
import type { Dimension, Metric } from '../../../domain/view.ts';
import { Sparkline } from '../charts/sparkline.tsx';
import { exactMoney, isUnpricedSum, money, UNKNOWN } from '../format/money.ts';
import { compact, duration, integer, percent, plural } from '../format/number.ts';
import { fieldTitle } from '../state/vocabulary.ts';
import { BarBehind, MoneyText, ValueText } from './cells.tsx';
import type { TableColumn } from './column.ts';

export type BreakdownRow = BreakdownAnswer['rows'][number];
type Column = TableColumn<BreakdownRow>;

interface FigureSpec {
  readonly metric: Metric;
  readonly title: string;
  readonly width: number;
  readonly show: (figures: Figures) => ReactNode;
  readonly size: (figures: Figures) => number;
  readonly narrow?: boolean;
  readonly optional?: boolean;
}

const WORTH_A_MARK = 0.01;

/** Spend that hides unpriced requests says so; the star has a place of its own, so that the digits stay in line. */
function Spend({ figures }: { figures: Figures }) {
  const share = Number(figures.estimatedSpend) / Number(figures.spend);
  const estimated = share >= WORTH_A_MARK;
  const hidden = figures.unpricedRequests > 0;
  const title = [
    exactMoney(figures.spend),
    hidden && plural(figures.unpricedRequests, 'request is unpriced', 'requests are unpriced'),
    share > 0 && `${exactMoney(figures.estimatedSpend)} of it estimated`,
  ];
  return (
    <span title={title.filter(Boolean).join(' · ')}>
      {isUnpricedSum(figures) ? (
        <span className="text-muted">— unpriced</span>
      ) : (
        <>
          {estimated && '≈ '}
          {money(figures.spend)}
          <span className="inline-block w-2 text-left text-warn">{hidden && '*'}</span>
        </>
      )}
    </span>
  );
}

const specs: readonly FigureSpec[] = [
  {
    metric: 'spend',
    title: 'Spend',
    width: 132,
    show: (f) => <Spend figures={f} />,
    size: (f) => Number(f.spend),
    narrow: true,
  },
  { metric: 'requests', title: 'Requests', width: 100, show: (f) => integer(f.requests), size: (f) => f.requests },
  {
    metric: 'cost_per_request',
    title: 'Per request',
    width: 108,
    show: (f) => (isUnpricedSum(f) ? UNKNOWN : <MoneyText dollars={f.costPerRequest} />),
    size: (f) => Number(f.costPerRequest ?? 0),
  },
  {
    metric: 'tokens',
    title: 'Tokens',
    width: 88,
    show: (f) => <span title={integer(f.tokens)}>{compact(f.tokens)}</span>,
    size: (f) => f.tokens,
  },
  {
    metric: 'input_tokens',
    title: 'Input',
    width: 88,
    show: (f) => compact(f.inputTokens),
    size: (f) => f.inputTokens,
    optional: true,
  },
  {
    metric: 'output_tokens',
    title: 'Output',
    width: 88,
    show: (f) => compact(f.outputTokens),
    size: (f) => f.outputTokens,
    optional: true,
  },
  {
    metric: 'cache_read_share',
    title: 'Cache read',
    width: 98,
    show: (f) => percent(f.cacheReadShare),
    size: (f) => f.cacheReadShare ?? 0,
  },
  {
    metric: 'error_rate',
    title: 'Errors',
    width: 84,
    show: (f) => <span className={(f.errorRate ?? 0) >= 0.05 ? 'text-bad' : ''}>{percent(f.errorRate)}</span>,
    size: (f) => f.errorRate ?? 0,
  },
  {
    metric: 'latency_p50',
    title: 'p50',
    width: 84,
    show: (f) => duration(f.latencyP50),
    size: (f) => f.latencyP50 ?? 0,
  },
  {
    metric: 'latency_p95',
    title: 'p95',
    width: 84,
    show: (f) => duration(f.latencyP95),
    size: (f) => f.latencyP95 ?? 0,
  },
  {
    metric: 'ttft_p50',
    title: 'TTFT p50',
    width: 92,
    show: (f) => duration(f.ttftP50),
    size: (f) => f.ttftP50 ?? 0,
    optional: true,
  },
];

interface BreakdownColumnsOptions {
  readonly dimension: Dimension;
  readonly second: Dimension | null;
  readonly sortedBy: string;
  readonly rows: readonly BreakdownRow[];
  readonly linkOf: (row: BreakdownRow) => string | null;
}

export function breakdownColumns({ dimension, second, sortedBy, rows, linkOf }: BreakdownColumnsOptions): Column[] {
  const name: Column = {
    id: 'value',
    title: fieldTitle(dimension),
    width: 200,
    align: 'left',
    narrow: true,
    cell: (row) => (
      <span className="flex min-w-0 flex-col">
        <ValueLink field={dimension} value={row.value} to={linkOf(row)} />
        <span className="truncate text-micro text-muted sm:hidden">{plural(row.figures.requests, 'request')}</span>
      </span>
    ),
  };
  const pair: Column[] = second
    ? [
        {
          id: 'second',
          title: fieldTitle(second),
          width: 112,
          align: 'left',
          cell: (row) => <ValueText field={second} value={row.second ?? ''} />,
        },
      ]
    : [];
  const spark: Column = {
    id: 'spark',
    title: 'Spend over time',
    width: 128,
    align: 'right',
    cell: (row) => <Sparkline points={row.spark} />,
  };
  return [name, ...pair, ...specs.map((spec) => figureColumn(spec, sortedBy, rows)), spark];
}

function figureColumn(spec: FigureSpec, sortedBy: string, rows: readonly BreakdownRow[]): Column {
  const { metric, title, width, show, size, narrow = false, optional = false } = spec;
  const most = metric === sortedBy ? rows.reduce((most, row) => Math.max(most, size(row.figures)), 0) : 0;
  const cell = (row: BreakdownRow): ReactNode => {
    if (metric !== sortedBy || most === 0) return show(row.figures);
    return <BarBehind share={size(row.figures) / most}>{show(row.figures)}</BarBehind>;
  };
  return { id: metric, title, width, align: 'right', sort: metric, narrow, optional, cell };
}

function ValueLink({ field, value, to }: { field: string; value: string; to: string | null }) {
  if (to === null) return <ValueText field={field} value={value} />;
  return (
    <Link to={to} onClick={(event) => event.stopPropagation()} className="flex min-w-0 font-medium hover:underline">
      <ValueText field={field} value={value} />
    </Link>
  );
}
