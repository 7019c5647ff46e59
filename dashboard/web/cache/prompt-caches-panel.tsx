import type { PromptCachesAnswer } from '../../../domain/cache-api.ts';
import { tableCsv } from '../charts/csv.ts';
import { ChartMenu } from '../charts/menu.tsx';
import { exactMoney, money, UNKNOWN } from '../format/money.ts';
import { compact, integer, percent, plural } from '../format/number.ts';
import { PlainTable } from '../money/plain-table.tsx';
import { Panel } from '../parts/panel.tsx';
import { Settled } from '../parts/settled.tsx';
import { SkeletonRows } from '../parts/skeleton-rows.tsx';
import { useView } from '../state/view.tsx';
import { valueTitle } from '../state/vocabulary.ts';
import { MoneyText } from '../table/cells.tsx';
import type { TableColumn } from '../table/column.ts';
import { usePromptCaches } from './queries.ts';

const TITLE = 'The providers’ own prompt caches';
type Row = PromptCachesAnswer['rows'][number];

/** They shorten the bill of a call rather than spare it, and work beside Spendlens's own. */
export function PromptCachesPanel() {
  const { view } = useView();
  const query = usePromptCaches(view);
  const answer = query.data;
  const menu = <ChartMenu title={TITLE} sql={answer?.sql ?? null} csv={answer ? () => fileOf(answer) : null} />;
  return (
    <Panel title={TITLE} aside={menu}>
      <Settled query={query} skeleton={<SkeletonRows rows={6} />} reading="Reading the receipts …">
        {(found) => <Found answer={found} />}
      </Settled>
    </Panel>
  );
}

function Found({ answer }: { answer: PromptCachesAnswer }) {
  const { rows, saved, untold, inputTokens, readTokens } = answer;
  if (rows.length === 0)
    return <p className="px-3 pb-3 text-small text-muted">No call of this range told its tokens.</p>;
  return (
    <>
      <p className="flex flex-wrap items-baseline gap-x-2 px-3 pb-2">
        <span className="text-figure font-semibold tracking-tight" title={exactMoney(saved)}>
          {money(saved)}
        </span>
        <span className="text-small text-muted">
          saved by reading {percent(inputTokens === 0 ? null : readTokens / inputTokens)} of all input from them.
          {untold > 0 && (
            <span className="text-warn"> * leaves out {plural(untold, 'call')} whose receipt does not say it.</span>
          )}
        </span>
      </p>
      <div className="max-h-110 overflow-y-auto">
        <PlainTable
          label={TITLE}
          columns={columns}
          rows={rows}
          rowKey={({ provider, model }) => `${provider} ${model}`}
        />
      </div>
      <p className="border-t border-line px-3 py-2 text-small text-muted">
        From the receipt of each call: what was read, at the price of input, less what reading it cost. What writing to
        the cache cost more than input is not taken off.
      </p>
    </>
  );
}

const columns: readonly TableColumn<Row>[] = [
  {
    id: 'model',
    title: 'Model',
    width: 200,
    align: 'left',
    narrow: true,
    cell: ({ provider, model }) => (
      <span className="flex min-w-0 flex-col">
        <span className="truncate font-medium">{valueTitle('model', model)}</span>
        <span className="truncate text-micro text-muted">{valueTitle('provider', provider)}</span>
      </span>
    ),
  },
  { id: 'calls', title: 'Calls', width: 80, align: 'right', cell: ({ calls }) => integer(calls) },
  { id: 'input', title: 'Input', width: 84, align: 'right', cell: ({ inputTokens }) => compact(inputTokens) },
  { id: 'written', title: 'Written', width: 84, align: 'right', cell: ({ writtenTokens }) => compact(writtenTokens) },
  { id: 'read', title: 'Read', width: 84, align: 'right', cell: ({ readTokens }) => compact(readTokens) },
  {
    id: 'share',
    title: 'Share read',
    width: 92,
    align: 'right',
    cell: ({ readTokens, inputTokens }) => percent(inputTokens === 0 ? null : readTokens / inputTokens),
  },
  {
    id: 'saved',
    title: 'Saved',
    width: 100,
    align: 'right',
    narrow: true,
    cell: (row) => <Saved row={row} />,
  },
];

function Saved({ row: { calls, readTokens, saved, untold } }: { row: Row }) {
  if (readTokens === 0 || untold === calls) {
    return (
      <span className="text-muted">
        {UNKNOWN}
        {untold > 0 && <span className="text-warn"> *</span>}
      </span>
    );
  }
  return (
    <span>
      <MoneyText dollars={saved} />
      {untold > 0 && <span className="text-warn"> *</span>}
    </span>
  );
}

const fileOf = ({ rows }: PromptCachesAnswer): Blob =>
  tableCsv(
    [
      'provider',
      'model',
      'calls',
      'input_tokens',
      'cache_write_tokens',
      'cache_read_tokens',
      'saved_usd',
      'untold_calls',
    ],
    rows.map((row) => [
      ...[row.provider, row.model, String(row.calls), String(row.inputTokens), String(row.writtenTokens)],
      ...[String(row.readTokens), row.saved, String(row.untold)],
    ]),
  );
