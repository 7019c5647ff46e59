import { TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { useNavigate } from 'react-router';
import { fromDecimal } from '../../../domain/money.ts';
import type { ReconciliationAnswer } from '../../../domain/money-api.ts';
import { exactMoney, money } from '../format/money.ts';
import { integer, percent, plural } from '../format/number.ts';
import { Segments } from '../parts/segments.tsx';
import { useParam, useView } from '../state/view.tsx';
import { readSorting, type Sorting, writeSorting } from '../table/column.ts';
import { DataTable } from '../table/data-table.tsx';
import { signedMoney } from './difference.tsx';
import { agrees, formatTitles } from './reason-words.ts';
import { type ReconciledRow, reconciliationColumns, sortedRows } from './reconciliation-columns.tsx';
import { requestsLink } from './requests-link.ts';
import { providerWords } from './words.ts';

const largestFirst: Sorting = { by: 'difference', descending: true };
const choices = [
  { value: 'all', title: 'All' },
  { value: 'differences', title: 'Only differences' },
] as const;

export function ReconciliationResult({ answer }: { answer: ReconciliationAnswer }) {
  const { view } = useView();
  const navigate = useNavigate();
  const [only, setOnly] = useParam('only');
  const [sortText, setSort] = useParam('sort');
  const sorting = readSorting(sortText, largestFirst);
  const differing = answer.rows.filter((row) => !agrees(row.reason));
  const rows = sortedRows(only === 'differences' ? differing : answer.rows, sorting);
  const open = (row: ReconciledRow) =>
    navigate(
      requestsLink({
        provider: answer.provider,
        models: row.ourModels,
        range: { from: row.day, to: row.day },
        kind: view.kind,
      }),
    );
  return (
    <>
      <div className="flex flex-col gap-2 px-4 pt-3 max-sm:px-3">
        <Sums answer={answer} differing={differing.length} />
        <Warnings answer={answer} />
      </div>
      <div className="flex min-h-11 shrink-0 flex-wrap items-center gap-2 px-4 py-1.5 max-sm:px-3">
        <Segments
          label="Rows"
          options={choices}
          value={only === 'differences' ? 'differences' : 'all'}
          onChange={(value) => setOnly(value === 'all' ? null : value)}
        />
        <span className="text-small text-muted">
          {plural(rows.length, 'line')}; a line opens the requests behind it
        </span>
      </div>
      <div className="min-h-0 flex-1 border-t border-line bg-surface">
        {rows.length === 0 ? (
          <p className="flex h-full items-center justify-center p-4 text-muted">
            {differing.length === 0 ? 'No differences: the invoice and the records agree.' : 'Nothing to compare.'}
          </p>
        ) : (
          <DataTable
            label="Invoice and records"
            rows={rows}
            columns={reconciliationColumns}
            visibility={{}}
            rowKey={(row) => `${row.day} ${row.model}`}
            sorting={sorting}
            onSort={(next) => setSort(writeSorting(next))}
            onOpen={(row) => void open(row)}
            footer={<Other other={answer.other} />}
          />
        )}
      </div>
    </>
  );
}

function Sums({ answer, differing }: { answer: ReconciliationAnswer; differing: number }) {
  const { invoice, ours, difference } = answer;
  const nano = fromDecimal(difference);
  const billed = fromDecimal(invoice);
  const share = billed === 0n ? null : Math.abs(Number(nano) / Number(billed));
  const whose = answer.provider === '' ? 'all providers' : providerWords(answer.provider);
  const unpriced = answer.rows.reduce((sum, row) => sum + row.unpricedRequests, 0);
  return (
    <dl className="grid grid-cols-4 gap-px overflow-hidden rounded-lg border border-line bg-line max-md:grid-cols-2">
      <Sum title="Invoice" note={`${daysWords(answer)} · ${formatTitles[answer.format]}`}>
        <span title={exactMoney(invoice)}>{money(invoice)}</span>
      </Sum>
      <Sum title="Recorded here" note={unpriced > 0 ? `${whose} · ${plural(unpriced, 'call')} unpriced` : whose}>
        <span title={exactMoney(ours)}>{money(ours)}</span>
      </Sum>
      <Sum title="Difference" note={share === null ? 'of nothing billed' : `${percent(share)} of the invoice`}>
        <span className={nano === 0n ? 'text-good' : ''} title={exactMoney(difference)}>
          {signedMoney(nano)}
        </span>
      </Sum>
      <Sum title="Lines that differ" note={`of ${plural(answer.rows.length, 'day and model', 'days and models')}`}>
        <span className={differing === 0 ? 'text-good' : 'text-warn'}>{integer(differing)}</span>
      </Sum>
    </dl>
  );
}

const daysWords = ({ from, to }: ReconciliationAnswer): string => (from === to ? from : `${from} to ${to}`);

function Sum({ title, note, children }: { title: string; note: string; children: ReactNode }) {
  return (
    <div className="min-w-0 bg-surface px-3 py-2">
      <dt className="text-small font-medium text-muted">{title}</dt>
      <dd className="text-figure font-semibold tracking-tight">{children}</dd>
      <dd className="truncate text-small text-muted" title={note}>
        {note}
      </dd>
    </div>
  );
}

function Warnings({ answer }: { answer: ReconciliationAnswer }) {
  if (answer.warnings.length === 0) return null;
  return (
    <ul className="flex flex-col gap-1">
      {answer.warnings.map((warning) => (
        <li key={warning} className="flex items-start gap-1.5 text-small text-warn first-letter:uppercase">
          <TriangleAlert size={13} aria-hidden className="mt-0.5 shrink-0" />
          <span className="first-letter:uppercase">{warning}.</span>
        </li>
      ))}
    </ul>
  );
}

/** What was billed and is no cost of a model. */
function Other({ other }: { other: ReconciliationAnswer['other'] }) {
  if (other.length === 0) return null;
  return (
    <section className="sticky left-0 px-4 py-3 text-small max-sm:px-3">
      <h2 className="mb-1 font-semibold">Billed beside models, compared with nothing</h2>
      <ul>
        {other.map(({ day, name, amount }) => (
          <li key={`${day} ${name}`} className="flex max-w-130 justify-between gap-3 border-t border-line/60 py-1">
            <span className="min-w-0 truncate">
              <span className="text-muted">{day}</span> {name}
            </span>
            <span title={exactMoney(amount)}>{money(amount)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
