import type { RepricingDifference, RepricingPreview } from '../../../domain/money-api.ts';
import { integer, plural } from '../format/number.ts';
import { reasonOf } from '../parts/failure.tsx';
import type { TableColumn } from '../table/column.ts';
import { DifferenceText, nanoBetween, SumText } from './difference.tsx';
import { PlainTable } from './plain-table.tsx';
import { Progress } from './progress.tsx';
import { providerWords } from './words.ts';

type Row = RepricingDifference['rows'][number];
const MOST = 400;

/** Still being worked out, failed, nothing to change, or the difference per day and model. */
export function PreviewTable({ preview, error }: { preview: RepricingPreview | undefined; error: unknown }) {
  if (error !== null) return <p className="py-6 text-center text-bad">{reasonOf(error)}</p>;
  if (preview === undefined || preview.state === 'running') {
    return (
      <Progress words="Pricing calls again, nothing is changed" done={preview?.done ?? 0} total={preview?.total ?? 0} />
    );
  }
  if (preview.difference === null) return <p className="py-6 text-center text-bad">{preview.message}</p>;
  return <Ready difference={preview.difference} />;
}

const columns: readonly TableColumn<Row>[] = [
  {
    id: 'model',
    title: 'Model',
    width: 200,
    align: 'left',
    narrow: true,
    cell: (row) => (
      <span className="flex min-w-0 flex-col">
        <span className="truncate font-medium">{row.model}</span>
        <span className="truncate text-micro text-muted">
          {row.day} · {providerWords(row.provider)}
        </span>
      </span>
    ),
  },
  { id: 'changed', title: 'Calls', width: 72, align: 'right', cell: (row) => integer(row.changed) },
  {
    id: 'old',
    title: 'Old',
    width: 116,
    align: 'right',
    cell: (row) => <SumText dollars={row.oldCost} unpriced={row.oldUnpriced} of={row.changed} />,
  },
  {
    id: 'new',
    title: 'New',
    width: 116,
    align: 'right',
    cell: (row) => <SumText dollars={row.newCost} unpriced={row.newUnpriced} of={row.changed} />,
  },
  {
    id: 'difference',
    title: 'Difference',
    width: 116,
    align: 'right',
    narrow: true,
    cell: (row) => <DifferenceText nano={nanoBetween(row.oldCost, row.newCost)} />,
  },
];

function Ready({ difference }: { difference: RepricingDifference }) {
  const { calls, changed, skipped, rows, oldCost, newCost } = difference;
  const looked = `${plural(calls, 'call')} looked at`;
  const kept =
    skipped > 0 ? ` · ${plural(skipped, 'call')} from before prices could be corrected stay as they are` : '';
  if (changed === 0) {
    return (
      <p className="py-6 text-center text-muted">
        Nothing would change. {looked}
        {kept}.
      </p>
    );
  }
  return (
    <div>
      <p className="mb-2 flex flex-wrap items-baseline gap-x-2">
        <span className="text-figure font-semibold tracking-tight">
          <DifferenceText nano={nanoBetween(oldCost, newCost)} />
        </span>
        <span className="text-small text-muted">
          {plural(changed, 'call')} would change · {looked}
          {kept}
        </span>
      </p>
      <div className="-mx-3 max-h-80 overflow-y-auto border-b border-line">
        <PlainTable
          label="What would change"
          columns={columns}
          rows={rows.slice(0, MOST)}
          rowKey={(row) => `${row.day} ${row.provider} ${row.model}`}
        />
      </div>
      {rows.length > MOST && (
        <p className="mt-1 text-micro text-muted">
          The first {MOST} of {integer(rows.length)} lines; all are applied.
        </p>
      )}
    </div>
  );
}
