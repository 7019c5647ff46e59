import type { CacheAnswer, CacheGrain } from '../../../domain/cache-api.ts';
import { tableCsv } from '../charts/csv.ts';
import { ChartMenu } from '../charts/menu.tsx';
import { UNKNOWN } from '../format/money.ts';
import { duration, integer, percent } from '../format/number.ts';
import { PlainTable } from '../money/plain-table.tsx';
import { Panel } from '../parts/panel.tsx';
import { fieldTitle } from '../state/vocabulary.ts';
import { MoneyText, ValueText } from '../table/cells.tsx';
import type { TableColumn } from '../table/column.ts';

type Row = CacheAnswer['rows'][number];

/** What asked the cache, and what that was good for. */
export function GrainPanel({ answer: { by, rows, sql } }: { answer: CacheAnswer }) {
  const title = `By ${fieldTitle(by).toLowerCase()}`;
  return (
    <Panel title={title} aside={<ChartMenu title={title} sql={sql.rows} csv={() => fileOf(by, rows)} />}>
      <div className="max-h-64 overflow-y-auto">
        <PlainTable label={title} columns={columnsOf(by)} rows={rows} rowKey={({ value }) => value} />
      </div>
    </Panel>
  );
}

const columnsOf = (by: CacheGrain): readonly TableColumn<Row>[] => [
  {
    id: 'value',
    title: fieldTitle(by),
    width: 160,
    align: 'left',
    narrow: true,
    cell: (row) => (
      <span className="flex min-w-0 flex-col">
        <ValueText field={by} value={row.value} />
        <span className="text-micro text-muted sm:hidden">
          {integer(row.hits + row.misses)} asked · <Saved row={row} />
        </span>
      </span>
    ),
  },
  { id: 'asked', title: 'Asked', width: 76, align: 'right', cell: ({ hits, misses }) => integer(hits + misses) },
  { id: 'hits', title: 'Hits', width: 70, align: 'right', cell: ({ hits }) => integer(hits) },
  {
    id: 'rate',
    title: 'Hit rate',
    width: 76,
    align: 'right',
    narrow: true,
    cell: ({ hits, misses }) => percent(hits / (hits + misses)),
  },
  {
    id: 'saved',
    title: 'Saved',
    width: 92,
    align: 'right',
    cell: (row) => <Saved row={row} />,
  },
  { id: 'time', title: 'Time', width: 92, align: 'right', cell: ({ savedMs }) => duration(savedMs) },
];

function Saved({ row: { hits, unpricedHits, saved } }: { row: Row }) {
  if (hits === 0) return <span className="text-muted">{UNKNOWN}</span>;
  return unpricedHits === hits ? <span className="text-muted">— unpriced</span> : <MoneyText dollars={saved} />;
}

const fileOf = (by: CacheGrain, rows: readonly Row[]): Blob =>
  tableCsv(
    [by, 'hits', 'misses', 'saved_usd', 'unpriced_hits', 'saved_ms'],
    rows.map(({ value, hits, misses, saved, unpricedHits, savedMs }) => [
      ...[value, String(hits), String(misses), saved],
      ...[String(unpricedHits), String(savedMs)],
    ]),
  );
