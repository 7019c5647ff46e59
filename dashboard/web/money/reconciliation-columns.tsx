import { fromDecimal } from '../../../domain/money.ts';
import type { ReconciliationAnswer } from '../../../domain/money-api.ts';
import { integer } from '../format/number.ts';
import { StateDot } from '../parts/state-dot.tsx';
import { MoneyText } from '../table/cells.tsx';
import type { Sorting, TableColumn } from '../table/column.ts';
import { DifferenceText, SumText } from './difference.tsx';
import { reasonWords } from './reason-words.ts';

export type ReconciledRow = ReconciliationAnswer['rows'][number];

export const reconciliationColumns: readonly TableColumn<ReconciledRow>[] = [
  {
    id: 'model',
    title: 'Model',
    width: 190,
    align: 'left',
    narrow: true,
    sort: 'model',
    cell: (row) => (
      <span className="flex min-w-0 flex-col">
        <span className="truncate" title={row.model}>
          {row.model || <span className="text-muted italic">no model</span>}
        </span>
        <span className="truncate text-micro text-muted sm:hidden">
          {row.day} · {reasonWords[row.reason].title}
        </span>
      </span>
    ),
  },
  {
    id: 'day',
    title: 'Day (UTC)',
    width: 116,
    align: 'left',
    sort: 'day',
    cell: (row) => <span className="whitespace-nowrap">{row.day}</span>,
  },
  {
    id: 'invoice',
    title: 'Invoice',
    width: 104,
    align: 'right',
    sort: 'invoice',
    cell: (row) => (fromDecimal(row.invoice) === 0n ? <Nothing /> : <MoneyText dollars={row.invoice} />),
  },
  {
    id: 'ours',
    title: 'Recorded',
    width: 104,
    align: 'right',
    sort: 'ours',
    cell: (row) =>
      row.requests === 0 ? (
        <Nothing />
      ) : (
        <SumText dollars={row.ours} unpriced={row.unpricedRequests} of={row.requests} />
      ),
  },
  {
    id: 'difference',
    title: 'Difference',
    width: 112,
    align: 'right',
    narrow: true,
    sort: 'difference',
    cell: (row) => <DifferenceText nano={fromDecimal(row.difference)} />,
  },
  {
    id: 'requests',
    title: 'Calls',
    width: 72,
    align: 'right',
    sort: 'requests',
    cell: (row) => integer(row.requests),
  },
  {
    id: 'reason',
    title: 'Likely reason',
    width: 500,
    align: 'left',
    cell: (row) => <Reason row={row} />,
  },
];

/** Nothing billed, or nothing recorded: neither an amount nor unknown. */
const Nothing = () => <span className="text-muted">none</span>;

function Reason({ row }: { row: ReconciledRow }) {
  const { title, tone } = reasonWords[row.reason];
  return (
    <span className="flex min-w-0 items-center gap-2" title={row.message}>
      <StateDot tone={tone} />
      <span className="shrink-0 font-medium">{title}</span>
      <span className="min-w-0 truncate text-muted">{row.message}</span>
    </span>
  );
}

const size = (amount: bigint): bigint => (amount < 0n ? -amount : amount);
const byBigint = (one: bigint, two: bigint): number => (one < two ? -1 : one > two ? 1 : 0);

const orders: Readonly<Record<string, (one: ReconciledRow, two: ReconciledRow) => number>> = {
  day: (one, two) => one.day.localeCompare(two.day),
  model: (one, two) => one.model.localeCompare(two.model),
  invoice: (one, two) => byBigint(fromDecimal(one.invoice), fromDecimal(two.invoice)),
  ours: (one, two) => byBigint(fromDecimal(one.ours), fromDecimal(two.ours)),
  difference: (one, two) => byBigint(size(fromDecimal(one.difference)), size(fromDecimal(two.difference))),
  requests: (one, two) => one.requests - two.requests,
};

/** Differences by their size, whichever way they go; ties by day, then model. */
export function sortedRows(rows: readonly ReconciledRow[], { by, descending }: Sorting): ReconciledRow[] {
  const order = orders[by] ?? orders['difference'];
  const direction = descending ? -1 : 1;
  return rows.toSorted(
    (one, two) =>
      direction * (order?.(one, two) ?? 0) || one.day.localeCompare(two.day) || one.model.localeCompare(two.model),
  );
}
