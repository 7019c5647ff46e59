import { Link } from 'react-router';
import type { RepeatsAnswer } from '../../../domain/cache-api.ts';
import { tableCsv } from '../charts/csv.ts';
import { ChartMenu } from '../charts/menu.tsx';
import { exactMoney, money, UNKNOWN } from '../format/money.ts';
import { duration, integer, plural } from '../format/number.ts';
import { fullDateTime } from '../format/time.ts';
import { PlainTable } from '../money/plain-table.tsx';
import { Panel } from '../parts/panel.tsx';
import { Settled } from '../parts/settled.tsx';
import { SkeletonRows } from '../parts/skeleton-rows.tsx';
import { useView } from '../state/view.tsx';
import { MoneyText } from '../table/cells.tsx';
import type { TableColumn } from '../table/column.ts';
import { useBehind } from './behind.ts';
import { useRepeats } from './queries.ts';

const TITLE = 'Asked again, word for word';
type Prompt = RepeatsAnswer['prompts'][number];

/** What is repeated, and what the cache would have saved of it had everybody asked it. */
export function RepeatsPanel() {
  const { view } = useView();
  const query = useRepeats(view);
  const answer = query.data;
  const menu = <ChartMenu title={TITLE} sql={answer?.sql ?? null} csv={answer ? () => fileOf(answer) : null} />;
  return (
    <Panel title={TITLE} aside={menu}>
      <Settled query={query} skeleton={<SkeletonRows rows={6} />} reading="Comparing the newest requests …">
        {(found) => <Found answer={found} timeZone={view.timeZone} />}
      </Settled>
    </Panel>
  );
}

function Found({ answer, timeZone }: { answer: RepeatsAnswer; timeZone: string }) {
  const behind = useBehind();
  const { prompts, compared, since, cut } = answer;
  const link = ({ requestIds }: Prompt) => behind([{ field: 'request_id', op: 'is', values: requestIds }]);
  return (
    <>
      <Verdict answer={answer} />
      {cut && since !== null && (
        <p className="px-3 pb-2 text-small text-warn">
          Only the newest {integer(compared)} of this range were compared, those since{' '}
          {fullDateTime(Date.parse(since), timeZone)}. Choose a shorter range or a filter to see all of them.
        </p>
      )}
      {prompts.length > 0 && (
        <div className="max-h-110 overflow-y-auto">
          <PlainTable
            label={TITLE}
            columns={columnsOf(link)}
            rows={prompts}
            rowKey={({ requestIds }) => requestIds.join()}
          />
        </div>
      )}
      <p className="border-t border-line px-3 py-2 text-small text-muted">
        The same body, byte for byte, of the same key, model and path, answered with 200 within a week of a call. The
        cache finds more, since it puts the keys of the JSON in order, and less where headers differ. Bodies that were
        not kept whole are left out.
      </p>
    </>
  );
}

function Verdict({ answer }: { answer: RepeatsAnswer }) {
  const { compared, repeats, couldSave, couldSaveMs, unpricedRepeats } = answer;
  if (repeats === 0) {
    return (
      <p className="px-3 pb-2 text-small text-muted">
        {compared === 0
          ? 'Nothing in this range could be compared.'
          : `None of ${plural(compared, 'request')} that went past the cache was a repetition.`}
      </p>
    );
  }
  return (
    <p className="flex flex-wrap items-baseline gap-x-2 px-3 pb-2">
      <span className="text-figure font-semibold tracking-tight" title={exactMoney(couldSave)}>
        {money(couldSave)}
      </span>
      <span className="text-small text-muted">
        would be saved by switching it on everywhere: {plural(repeats, 'call')} of {integer(compared)} repeated one
        before, and took {duration(couldSaveMs)}.
        {unpricedRepeats > 0 && <span className="text-warn"> {integer(unpricedRepeats)} of them are unpriced.</span>}
      </span>
    </p>
  );
}

const columnsOf = (link: (row: Prompt) => string): readonly TableColumn<Prompt>[] => [
  {
    id: 'prompt',
    title: 'Asked',
    width: 240,
    align: 'left',
    narrow: true,
    cell: (row) => (
      <span className="flex min-w-0 flex-col">
        <Link
          to={link(row)}
          title={row.requests > row.requestIds.length ? `The newest ${row.requestIds.length} of them` : row.text}
          className="truncate font-medium hover:underline"
        >
          {row.text || 'a body without text'}
        </Link>
        <span className="truncate text-micro text-muted">
          <span className="sm:hidden">{plural(row.requests, 'request')} · </span>
          {[row.feature, row.promptId, row.model].filter((each) => each !== '').join(' · ')}
        </span>
      </span>
    ),
  },
  { id: 'requests', title: 'Requests', width: 84, align: 'right', cell: ({ requests }) => integer(requests) },
  { id: 'hits', title: 'Hits', width: 72, align: 'right', cell: ({ hits }) => integer(hits) },
  {
    id: 'saved',
    title: 'Saved',
    width: 92,
    align: 'right',
    cell: ({ hits, saved }) => <Dollars requests={hits} dollars={saved} />,
  },
  {
    id: 'could',
    title: 'Could save',
    width: 100,
    align: 'right',
    narrow: true,
    cell: ({ repeats, couldSave }) => <Dollars requests={repeats} dollars={couldSave} />,
  },
];

const Dollars = ({ requests, dollars }: { requests: number; dollars: string }) =>
  requests === 0 ? <span className="text-muted">{UNKNOWN}</span> : <MoneyText dollars={dollars} />;

const fileOf = ({ prompts }: RepeatsAnswer): Blob =>
  tableCsv(
    [
      'asked',
      'feature',
      'prompt_id',
      'provider',
      'model',
      'requests',
      'hits',
      'saved_usd',
      'repeats',
      'could_save_usd',
    ],
    prompts.map((row) => [
      ...[row.text, row.feature, row.promptId, row.provider, row.model, String(row.requests), String(row.hits)],
      ...[row.saved, String(row.repeats), row.couldSave],
    ]),
  );
