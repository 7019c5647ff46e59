import { Link } from 'react-router';
import type { ConfigEntry } from '../../../domain/money-api.ts';
import { UNKNOWN } from '../format/money.ts';
import { integer } from '../format/number.ts';
import { When } from '../money/unpriced-panel.tsx';
import { StateDot } from '../parts/state-dot.tsx';
import { useView } from '../state/view.tsx';
import type { TableColumn } from '../table/column.ts';
import { FileBadge, SameBadge, StatusBadge } from './badges.tsx';
import { readExperiment } from './entry.ts';
import { useResults } from './queries.ts';
import { verdictWords } from './verdict-words.ts';
import { isSameAgainstSame, metricTitle, targetWords } from './words.ts';

const POLL_MS = 15_000;

/** Drafts and archived ones are not judged: nobody takes part in them. */
function useJudged(entry: ConfigEntry) {
  const { view } = useView();
  const setup = readExperiment(entry);
  const judged = setup !== null && setup.status !== 'draft' && setup.status !== 'archived';
  const everyMs = setup?.status === 'running' ? POLL_MS : false;
  const { data } = useResults({ id: entry.id, kind: view.kind, everyMs, enabled: judged });
  return { setup, results: judged ? data : undefined };
}

function Name({ entry, search }: { entry: ConfigEntry; search: string }) {
  const setup = readExperiment(entry);
  if (setup === null) return <span title={entry.id}>{entry.id} · not readable by this version</span>;
  return (
    <span className="flex min-w-0 flex-col">
      <span className="flex h-5 min-w-0 items-center gap-1.5">
        <Link
          to={`/experiments/${encodeURIComponent(entry.id)}${search}`}
          className="truncate font-medium hover:underline"
          title={setup.name}
        >
          {setup.name}
        </Link>
        {entry.source === 'file' && <FileBadge />}
        {isSameAgainstSame(setup) && <SameBadge />}
      </span>
      <span className="truncate text-micro text-muted" title={setup.hypothesis}>
        {targetWords(setup)}
        {setup.hypothesis !== '' && ` · ${setup.hypothesis}`}
      </span>
    </span>
  );
}

function Units({ entry }: { entry: ConfigEntry }) {
  const { results } = useJudged(entry);
  return <>{results === undefined ? UNKNOWN : integer(results.arms.reduce((sum, arm) => sum + arm.units, 0))}</>;
}

function Verdict({ entry }: { entry: ConfigEntry }) {
  const { setup, results } = useJudged(entry);
  if (setup === null || results === undefined) return <span className="text-muted">{UNKNOWN}</span>;
  const { tone, word, sentence } = verdictWords(setup, results);
  return (
    <span className="inline-flex max-w-full items-center gap-1.5" title={sentence}>
      <StateDot tone={tone} />
      <span className="truncate">{word}</span>
    </span>
  );
}

function Since({ entry }: { entry: ConfigEntry }) {
  const { view } = useView();
  const { results } = useJudged(entry);
  return <>{results?.firstAt ? <When at={results.firstAt} zone={view.timeZone} /> : UNKNOWN}</>;
}

export const experimentColumns = (search: string): readonly TableColumn<ConfigEntry>[] => [
  {
    id: 'name',
    title: 'Name',
    width: 320,
    align: 'left',
    narrow: true,
    cell: (entry) => <Name entry={entry} search={search} />,
  },
  {
    id: 'status',
    title: 'Status',
    width: 104,
    align: 'left',
    narrow: true,
    cell: (entry) => {
      const setup = readExperiment(entry);
      if (setup === null) return null;
      return (
        <span className="flex min-w-0 flex-col">
          <StatusBadge status={setup.status} />
          <span className="text-micro text-muted sm:hidden">
            <Verdict entry={entry} />
          </span>
        </span>
      );
    },
  },
  {
    id: 'goal',
    title: 'Goal',
    width: 138,
    align: 'left',
    cell: (entry) => {
      const setup = readExperiment(entry);
      return setup === null ? null : metricTitle(setup.goal, setup);
    },
  },
  {
    id: 'variants',
    title: 'Variants',
    width: 160,
    align: 'left',
    cell: (entry) => {
      const names = readExperiment(entry)
        ?.variants.map(({ name }) => name)
        .join(', ');
      return <span title={names}>{names}</span>;
    },
  },
  { id: 'units', title: 'Units', width: 84, align: 'right', cell: (entry) => <Units entry={entry} /> },
  { id: 'verdict', title: 'Verdict', width: 150, align: 'left', cell: (entry) => <Verdict entry={entry} /> },
  { id: 'since', title: 'First exposure', width: 136, align: 'right', cell: (entry) => <Since entry={entry} /> },
];
