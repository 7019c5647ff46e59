import { ChevronLeft } from 'lucide-react';
import { useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import type { Experiment } from '../../../domain/experiments/experiment.ts';
import type { ExperimentResults } from '../../../domain/experiments/results.ts';
import type { ConfigEntry } from '../../../domain/money-api.ts';
import { PageHead } from '../pages/page-head.tsx';
import { Button } from '../parts/button.tsx';
import { Panel } from '../parts/panel.tsx';
import { Settled } from '../parts/settled.tsx';
import { SkeletonRows } from '../parts/skeleton-rows.tsx';
import { SqlDialog } from '../parts/sql-dialog.tsx';
import { sharedSearch, useView } from '../state/view.tsx';
import { Actions } from './actions.tsx';
import { ArmsPanel } from './arms-panel.tsx';
import { ArmName, FileBadge, SameBadge, StatusBadge } from './badges.tsx';
import { ChecksPanel } from './checks-panel.tsx';
import { DistributionPanel } from './distribution-panel.tsx';
import { ExposuresChart } from './exposures-chart.tsx';
import { LiftChart } from './lift-chart.tsx';
import { MetricsTable } from './metrics-table.tsx';
import { OneExperiment } from './one-experiment.tsx';
import { type AskedExperiment, useExperimentSeries, useResults } from './queries.ts';
import { CostAgainstQuality } from './scatter.tsx';
import { VerdictPanel } from './verdict-panel.tsx';
import { isSameAgainstSame } from './words.ts';

const POLL_MS = 5_000;

export const ExperimentPage = () => (
  <OneExperiment>{(entry, setup) => <Shown key={entry.id} entry={entry} setup={setup} />}</OneExperiment>
);

interface ShownProps {
  readonly entry: ConfigEntry;
  readonly setup: Experiment;
}

function Shown({ entry, setup }: ShownProps) {
  const { view } = useView();
  const asked: AskedExperiment = {
    id: entry.id,
    kind: view.kind,
    everyMs: setup.status === 'running' ? POLL_MS : false,
  };
  const results = useResults(asked);
  return (
    <div className="flex flex-col gap-3 p-4 max-sm:p-3">
      <Head entry={entry} setup={setup} sql={results.data?.sql ?? null} />
      <Settled query={results} skeleton={<SkeletonRows rows={12} />} reading="Judging the experiment …">
        {(ready) => <Results asked={asked} setup={setup} results={ready} />}
      </Settled>
    </div>
  );
}

function Head({ entry, setup, sql }: ShownProps & { sql: string | null }) {
  const [params] = useSearchParams();
  const [shown, setShown] = useState(false);
  return (
    <>
      <PageHead
        title={setup.name}
        question={setup.name}
        above={
          <Link
            to={`/experiments${sharedSearch(params)}`}
            className="inline-flex items-center gap-0.5 text-small text-muted hover:text-text"
          >
            <ChevronLeft size={13} aria-hidden />
            Experiments
          </Link>
        }
        aside={
          <div className="flex flex-wrap items-center gap-2">
            {isSameAgainstSame(setup) && <SameBadge />}
            {entry.source === 'file' && <FileBadge />}
            <span className="mr-1 text-small">
              <StatusBadge status={setup.status} />
            </span>
            <Button look="quiet" disabled={sql === null || sql === ''} onClick={() => setShown(true)}>
              View SQL
            </Button>
            {entry.source === 'dashboard' && <Actions entry={entry} setup={setup} />}
          </div>
        }
      />
      {setup.hypothesis !== '' && <p className="-mt-1.5 max-w-220 text-small text-muted">{setup.hypothesis}</p>}
      {setup.pausedBecause !== '' && (
        <p role="status" className="rounded-md border border-warn/40 bg-warn-soft px-3 py-2 text-small text-warn">
          Paused by its guard: {setup.pausedBecause}
        </p>
      )}
      {sql !== null && <SqlDialog title={setup.name} sql={sql} open={shown} onOpenChange={setShown} />}
    </>
  );
}

interface ResultsProps {
  readonly asked: AskedExperiment;
  readonly setup: Experiment;
  readonly results: ExperimentResults;
}

function Results({ asked, setup, results }: ResultsProps) {
  const { view } = useView();
  if (setup.status === 'draft' && results.firstAt === null) {
    return <p className="text-small text-muted">A draft: nobody takes part before it is started.</p>;
  }
  const variants = <ArmsPanel id={asked.id} setup={setup} results={results} kind={asked.kind} />;
  const manyArms = results.arms.length > MOST_ARMS_ASIDE;
  return (
    <div className="flex flex-col gap-3">
      <VerdictPanel setup={setup} results={results} />
      <div className="grid grid-cols-[minmax(0,2fr)_minmax(0,1fr)] items-start gap-3 max-lg:grid-cols-1">
        <div className="flex min-w-0 flex-col gap-3">
          <MetricsTable setup={setup} results={results} />
          <Course asked={asked} setup={setup} />
          <DistributionPanel asked={asked} setup={setup} />
        </div>
        <div className="flex min-w-0 flex-col gap-3">
          <ChecksPanel setup={setup} results={results} timeZone={view.timeZone} />
          {setup.scoreName !== '' && (
            <Panel title="Cost against quality">
              <CostAgainstQuality setup={setup} results={results} />
            </Panel>
          )}
          {!manyArms && variants}
        </div>
      </div>
      {manyArms && variants}
    </div>
  );
}

/** A table of more has no room in the narrow column. */
const MOST_ARMS_ASIDE = 2;

/** How it came to what it is. */
function Course({ asked, setup }: { asked: AskedExperiment; setup: Experiment }) {
  const { view } = useView();
  const query = useExperimentSeries(asked);
  const skeleton = <div className="skeleton mx-3 mt-3 h-52" />;
  const legend = (
    <ul className="flex flex-wrap gap-x-3 text-small text-muted">
      {setup.variants.map(({ name }, index) => (
        <li key={name}>
          <ArmName name={name} index={index} />
        </li>
      ))}
    </ul>
  );
  return (
    <>
      <Panel title={`Change in cost per ${setup.unit}, as it came to be known`} aside={legend}>
        <div className="min-h-60 pb-1">
          <Settled query={query} skeleton={skeleton} reading="Reading how it came …">
            {(series) => <LiftChart setup={setup} series={series} timeZone={view.timeZone} />}
          </Settled>
        </div>
      </Panel>
      <Panel title={`New ${setup.unit}s`} aside={legend}>
        <div className="min-h-44 pb-1">
          <Settled query={query} skeleton={skeleton} reading="Reading how it came …">
            {(series) => <ExposuresChart setup={setup} series={series} timeZone={view.timeZone} />}
          </Settled>
        </div>
      </Panel>
    </>
  );
}
