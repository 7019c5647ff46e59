import { FlaskConical, Plus } from 'lucide-react';
import { useState } from 'react';
import { Link, useNavigate, useSearchParams } from 'react-router';
import type { ConfigEntry } from '../../../domain/money-api.ts';
import { PlainTable } from '../money/plain-table.tsx';
import { PageHead } from '../pages/page-head.tsx';
import { Button } from '../parts/button.tsx';
import { Panel } from '../parts/panel.tsx';
import { Settled } from '../parts/settled.tsx';
import { SkeletonRows } from '../parts/skeleton-rows.tsx';
import { sharedSearch } from '../state/view.tsx';
import { experimentColumns } from './columns.tsx';
import { readExperiment } from './entry.ts';
import { useExperimentEntries } from './queries.ts';

export function ExperimentsPage() {
  const query = useExperimentEntries();
  const [params] = useSearchParams();
  const navigate = useNavigate();
  const make = () => void navigate(`/experiments/new${sharedSearch(params)}`);
  const some = (query.data?.length ?? 0) > 0;
  return (
    <div className="flex flex-col gap-3 p-4 max-sm:p-3">
      <PageHead
        title="Experiments"
        question="What would another model change?"
        aside={
          some && (
            <Button look="primary" onClick={make}>
              <Plus size={13} aria-hidden />
              New experiment
            </Button>
          )
        }
      />
      <Settled query={query} skeleton={<SkeletonRows rows={4} />} reading="Reading the experiments …">
        {(entries) => (entries.length === 0 ? <NoneYet /> : <Entries entries={entries} />)}
      </Settled>
    </div>
  );
}

function Entries({ entries }: { entries: readonly ConfigEntry[] }) {
  const [all, setAll] = useState(false);
  const [params] = useSearchParams();
  const archived = entries.filter((entry) => readExperiment(entry)?.status === 'archived').length;
  const shown = all ? entries : entries.filter((entry) => readExperiment(entry)?.status !== 'archived');
  return (
    <Panel
      title="Experiments"
      aside={
        archived > 0 && (
          <Button look="quiet" aria-pressed={all} onClick={() => setAll(!all)}>
            {all ? 'Hide archived' : `Show ${archived} archived`}
          </Button>
        )
      }
    >
      <PlainTable
        label="Experiments"
        columns={experimentColumns(sharedSearch(params))}
        rows={shown.toSorted(byStatus)}
        rowKey={({ id }) => id}
        muted={(entry) => readExperiment(entry)?.status === 'archived'}
      />
    </Panel>
  );
}

const order = ['running', 'paused', 'draft', 'stopped', 'archived'];
const placeOf = (entry: ConfigEntry): number => order.indexOf(readExperiment(entry)?.status ?? 'archived');

/** What runs first, and the newest first among its like. */
function byStatus(a: ConfigEntry, b: ConfigEntry): number {
  return placeOf(a) - placeOf(b) || (b.at ?? '').localeCompare(a.at ?? '');
}

function NoneYet() {
  const [params] = useSearchParams();
  return (
    <section className="flex flex-col items-center gap-3 rounded-lg border border-line bg-surface px-6 py-14 text-center">
      <FlaskConical size={28} strokeWidth={1.5} aria-hidden className="text-muted" />
      <h2 className="text-body font-semibold">No experiment yet</h2>
      <p className="max-w-130 text-small text-muted">
        An experiment gives a part of your users another model or other parameters, and tells what that changes: cost,
        errors, latency and scores. Its intervals hold however often you look, so you can stop as soon as it says so.
      </p>
      <Link
        to={`/experiments/new${sharedSearch(params)}`}
        className="inline-flex h-7 items-center gap-1.5 rounded-md bg-accent px-2 text-small font-medium text-accent-text hover:brightness-110"
      >
        <Plus size={13} aria-hidden />
        Make an experiment
      </Link>
    </section>
  );
}
