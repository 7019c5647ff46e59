import { CircleCheck } from 'lucide-react';
import { useMemo } from 'react';
import { Link } from 'react-router';
import type { UnpricedModels } from '../../../domain/money-api.ts';
import { compact, integer, plural } from '../format/number.ts';
import { dateTime, fullDateTime } from '../format/time.ts';
import { Button } from '../parts/button.tsx';
import { Panel } from '../parts/panel.tsx';
import { Settled } from '../parts/settled.tsx';
import { SkeletonRows } from '../parts/skeleton-rows.tsx';
import { useView } from '../state/view.tsx';
import type { TableColumn } from '../table/column.ts';
import { PlainTable } from './plain-table.tsx';
import { useUnpriced } from './queries.ts';
import { requestsLink } from './requests-link.ts';
import { providerWords } from './words.ts';

type Model = UnpricedModels['models'][number];

interface UnpricedPanelProps {
  readonly onPrice: (model: Model) => void;
  readonly onName: (model: Model) => void;
}

/** What is in no total: models that nobody has a price for, and the two ways to give them one. */
export function UnpricedPanel({ onPrice, onName }: UnpricedPanelProps) {
  const { view } = useView();
  const query = useUnpriced(view.kind);
  const columns = useMemo(() => columnsOf(view.timeZone, onPrice, onName), [view.timeZone, onPrice, onName]);
  const models = query.data?.models ?? [];
  const requests = models.reduce((sum, model) => sum + model.requests, 0);
  return (
    <Panel
      title="Models without a price"
      aside={
        models.length > 0 && <span className="text-small text-warn">{plural(requests, 'request')} in no total</span>
      }
    >
      <Settled query={query} skeleton={<SkeletonRows rows={3} />} reading="Reading what has no price …">
        {(answer) =>
          answer.models.length === 0 ? (
            <p className="flex items-center gap-2 px-3 pt-1 pb-3 text-small text-muted">
              <CircleCheck size={14} aria-hidden className="text-good" />
              Every model that answered has a price.
            </p>
          ) : (
            <PlainTable
              label="Models without a price"
              columns={columns}
              rows={answer.models}
              rowKey={(row) => `${row.provider} ${row.model}`}
            />
          )
        }
      </Settled>
    </Panel>
  );
}

function columnsOf(
  timeZone: string,
  onPrice: (model: Model) => void,
  onName: (model: Model) => void,
): readonly TableColumn<Model>[] {
  return [
    {
      id: 'model',
      title: 'Model',
      width: 220,
      align: 'left',
      narrow: true,
      cell: (row) => (
        <span className="flex min-w-0 flex-col" title={row.reason}>
          <Link
            to={requestsLink({ provider: row.provider, models: [row.model], costStatus: 'unpriced', range: 'all' })}
            className="truncate font-medium hover:underline"
          >
            {row.model}
          </Link>
          <span className="truncate text-micro text-muted">
            {providerWords(row.provider)}
            <span className="sm:hidden"> · {plural(row.requests, 'request')}</span>
            {row.reason !== '' && <span className="max-sm:hidden"> · {row.reason}</span>}
          </span>
        </span>
      ),
    },
    { id: 'requests', title: 'Requests', width: 84, align: 'right', cell: (row) => integer(row.requests) },
    { id: 'input', title: 'Tokens in', width: 80, align: 'right', cell: (row) => compact(row.inputTokens) },
    { id: 'output', title: 'Tokens out', width: 84, align: 'right', cell: (row) => compact(row.outputTokens) },
    {
      id: 'first',
      title: 'First seen',
      width: 126,
      align: 'right',
      cell: (row) => <When at={row.firstAt} zone={timeZone} />,
    },
    {
      id: 'last',
      title: 'Last seen',
      width: 126,
      align: 'right',
      cell: (row) => <When at={row.lastAt} zone={timeZone} />,
    },
    {
      id: 'do',
      title: '',
      width: 190,
      align: 'right',
      narrow: true,
      cell: (row) => (
        <span className="flex justify-end gap-1.5 max-sm:flex-col max-sm:items-end max-sm:gap-1">
          <Button look="primary" onClick={() => onPrice(row)}>
            Set a price
          </Button>
          <Button onClick={() => onName(row)}>Priced as …</Button>
        </span>
      ),
    },
  ];
}

export function When({ at, zone }: { at: string; zone: string }) {
  const ms = Date.parse(at);
  return (
    <time dateTime={at} title={fullDateTime(ms, zone)}>
      {dateTime(ms, zone)}
    </time>
  );
}
