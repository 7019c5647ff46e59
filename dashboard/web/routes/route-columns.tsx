import type { ConfigEntry } from '../../../domain/money-api.ts';
import type { RouteTraffic } from '../../../domain/routes-api.ts';
import { strategyTitles } from '../drawer/routing-words.ts';
import { money, UNKNOWN } from '../format/money.ts';
import { integer, percent } from '../format/number.ts';
import type { TableColumn } from '../table/column.ts';
import { readRoute, ruleWords, targetWords } from './route-words.ts';

type Traffic = RouteTraffic['routes'][number];

/** `traffic` by the name that apps ask for; null while it is not known. */
export function routeColumns(traffic: ReadonlyMap<string, Traffic> | null): readonly TableColumn<ConfigEntry>[] {
  const of = (entry: ConfigEntry) => traffic?.get(readRoute(entry)?.name ?? '');
  return [
    {
      id: 'name',
      title: 'Model that apps ask for',
      width: 200,
      align: 'left',
      narrow: true,
      cell: (entry) => <Two above={readRoute(entry)?.name ?? entry.id} below={entry.id} />,
    },
    {
      id: 'targets',
      title: 'Targets',
      width: 320,
      align: 'left',
      narrow: true,
      cell: (entry) => {
        const value = readRoute(entry);
        if (value === null) return 'not readable by this version';
        const how = [strategyTitles[value.strategy], ruleWords(value)].filter((word) => word !== '').join(' · ');
        return <Two above={targetWords(value)} below={how} />;
      },
    },
    {
      id: 'traffic',
      title: 'Last 7 days',
      width: 150,
      align: 'right',
      cell: (entry) => (traffic === null ? UNKNOWN : <Week traffic={of(entry)} />),
    },
    {
      id: 'answered',
      title: 'Answered by',
      width: 220,
      align: 'left',
      cell: (entry) => <AnsweredBy traffic={of(entry)} />,
    },
  ];
}

function Two({ above, below }: { above: string; below: string }) {
  return (
    <span className="flex min-w-0 flex-col">
      <span className="truncate font-medium" title={above}>
        {above}
      </span>
      <span className="truncate text-micro text-muted" title={below}>
        {below}
      </span>
    </span>
  );
}

function Week({ traffic }: { traffic: Traffic | undefined }) {
  if (traffic === undefined) return <span className="text-muted">no requests</span>;
  const { requests, spend, errors, unpriced } = traffic;
  const notes = [
    money(spend),
    errors > 0 ? `${percent(errors / requests)} errors` : '',
    unpriced > 0 ? `${integer(unpriced)} unpriced` : '',
  ];
  return (
    <span className="flex min-w-0 flex-col tabular-nums">
      <span>{integer(requests)} requests</span>
      <span className="truncate text-micro text-muted">{notes.filter((note) => note !== '').join(' · ')}</span>
    </span>
  );
}

function AnsweredBy({ traffic }: { traffic: Traffic | undefined }) {
  const words = traffic?.answeredBy.map(
    ({ model, requests }) => `${model} ${percent(requests / Math.max(1, traffic.requests))}`,
  );
  return (
    <span className="line-clamp-2 whitespace-normal text-muted" title={words?.join(', ')}>
      {words?.join(', ')}
    </span>
  );
}
