import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { ChevronDown, Code, Columns3 } from 'lucide-react';
import { useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import { type CompareAnswer, compareAnswer, MOST_COMPARED } from '../../../domain/compare-api.ts';
import { post } from '../api/client.ts';
import { LIVE } from '../api/queries.ts';
import { exactMoney, money } from '../format/money.ts';
import { integer } from '../format/number.ts';
import { PageHead } from '../pages/page-head.tsx';
import { Button } from '../parts/button.tsx';
import { Menu, MenuCheckItem } from '../parts/menu.tsx';
import { Panel } from '../parts/panel.tsx';
import { Settled } from '../parts/settled.tsx';
import { SkeletonRows } from '../parts/skeleton-rows.tsx';
import { SqlDialog } from '../parts/sql-dialog.tsx';
import { sharedSearch, useView } from '../state/view.tsx';
import { type ChosenModels, useChosenModels } from './chosen-models.ts';
import { bestOf, type CompareRow, compareRows } from './rows.tsx';

/** Two to six models side by side on the traffic that the view shows. */
export function ComparePage() {
  const { view } = useView();
  const chosen = useChosenModels();
  const models = chosen.named;
  const query = useQuery({
    queryKey: [LIVE, 'compare', view, models],
    queryFn: ({ signal }) => post('/api/models/compare', { view, models }, compareAnswer, signal),
    placeholderData: keepPreviousData,
  });
  const shown = models.length > 0 ? models : (query.data?.models ?? []).map(({ model }) => model);
  return (
    <div className="flex min-h-full flex-col gap-3 p-4 max-sm:p-3">
      <PageHead
        title="Compare models"
        question="Which model does it best?"
        above={<Back />}
        aside={<Choice chosen={chosen} shown={shown} />}
      />
      <Settled query={query} skeleton={<SkeletonRows />} reading="Reading what the models did …">
        {(answer) =>
          answer.models.length === 0 ? (
            <p className="text-muted">No model was called in this view. Widen the range, or take a filter away.</p>
          ) : (
            <Comparison answer={answer} />
          )
        }
      </Settled>
    </div>
  );
}

function Back() {
  const [params] = useSearchParams();
  return (
    <Link to={`/models${sharedSearch(params)}`} className="text-small text-muted hover:underline">
      Models
    </Link>
  );
}

function Choice({ chosen, shown }: { chosen: ChosenModels; shown: readonly string[] }) {
  const isFull = shown.length >= MOST_COMPARED;
  const trigger = (
    <Button>
      <Columns3 size={13} aria-hidden className="text-muted" />
      Models: {integer(shown.length)}
      <ChevronDown size={13} aria-hidden className="text-muted" />
    </Button>
  );
  return (
    <Menu trigger={trigger} align="end">
      {chosen.known.map((model) => {
        const checked = shown.includes(model);
        return (
          <MenuCheckItem
            key={model}
            checked={checked}
            disabled={checked ? shown.length === 1 : isFull}
            onChange={() => chosen.toggle(model, shown)}
          >
            {model}
          </MenuCheckItem>
        );
      })}
    </Menu>
  );
}

function Comparison({ answer }: { answer: CompareAnswer }) {
  const [showsSql, setShowsSql] = useState(false);
  const title = (
    <>
      {integer(answer.allRequests)} requests, <span title={exactMoney(answer.allCost)}>{money(answer.allCost)}</span>
    </>
  );
  const sql = (
    <Button look="quiet" onClick={() => setShowsSql(true)}>
      <Code size={13} aria-hidden />
      View SQL
    </Button>
  );
  return (
    <Panel title={title} aside={sql}>
      <div className="overflow-x-auto">
        <table aria-label="Models side by side" className="w-full text-small tabular-nums">
          <thead>
            <tr className="h-8 border-y border-line">
              <td className="sticky left-0 w-56 min-w-36 bg-surface px-3" />
              {answer.models.map(({ model }) => (
                <th key={model} scope="col" className="min-w-32 px-3 text-right font-semibold break-all">
                  {model}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {compareRows.map((row) => (
              <Row key={row.title} row={row} answer={answer} />
            ))}
          </tbody>
        </table>
      </div>
      <p className="border-t border-line px-3 py-2 text-small text-muted">
        Observed, not an experiment: whoever chose the model chose the requests too, so a difference need not be the
        model’s own. What the cache answered is left out. “All of this traffic” takes the{' '}
        {integer(answer.countedRequests)} requests whose tokens are known.
      </p>
      <SqlDialog title="Models side by side" sql={answer.sql} open={showsSql} onOpenChange={setShowsSql} />
    </Panel>
  );
}

function Row({ row, answer }: { row: CompareRow; answer: CompareAnswer }) {
  const best = bestOf(row, answer);
  return (
    <tr className="h-9 border-b border-line/60 last:border-0">
      <th scope="row" title={row.hint} className="sticky left-0 bg-surface px-3 text-left font-normal text-muted">
        {row.title}
      </th>
      {answer.models.map((line) => (
        <td
          key={line.model}
          className={`px-3 py-1 text-right ${best.has(line.model) ? 'font-semibold text-good' : ''}`}
        >
          {row.cell(line, answer)}
        </td>
      ))}
    </tr>
  );
}
