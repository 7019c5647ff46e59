import { RefreshCw } from 'lucide-react';
import { useMemo, useState } from 'react';
import type { RepricingJob } from '../../../domain/money-api.ts';
import { exactMoney } from '../format/money.ts';
import { integer } from '../format/number.ts';
import { Button } from '../parts/button.tsx';
import { reasonOf } from '../parts/failure.tsx';
import { Panel } from '../parts/panel.tsx';
import { Settled } from '../parts/settled.tsx';
import { SkeletonRows } from '../parts/skeleton-rows.tsx';
import { useView } from '../state/view.tsx';
import type { TableColumn } from '../table/column.ts';
import { DifferenceText, nanoBetween } from './difference.tsx';
import { TextField } from './fields.tsx';
import { DialogBody, DialogFoot, FormDialog } from './form-dialog.tsx';
import { JobResult } from './job-result.tsx';
import { PlainTable } from './plain-table.tsx';
import { isUnderWay, useRepricing, useRepricingJobs } from './queries.ts';
import { dayOfInstant } from './reprice-start.ts';
import { When } from './unpriced-panel.tsx';

/** The audit trail of corrections: who priced what again, when, why, and what came of it. */
export function JobsPanel({ onReprice }: { onReprice: () => void }) {
  const { view } = useView();
  const query = useRepricingJobs();
  const [undoing, setUndoing] = useState<RepricingJob | null>(null);
  const columns = useMemo(() => columnsOf(view.timeZone, setUndoing), [view.timeZone]);
  return (
    <Panel
      title="Corrections"
      aside={
        <Button onClick={onReprice} disabled={query.data?.jobs.some(isUnderWay)}>
          <RefreshCw size={13} aria-hidden />
          Price again …
        </Button>
      }
    >
      <Settled query={query} skeleton={<SkeletonRows rows={2} />} reading="Reading the corrections …">
        {({ jobs }) =>
          jobs.length === 0 ? (
            <p className="px-3 pt-1 pb-3 text-small text-muted">
              No cost was corrected yet. When a price changes, price recorded calls again; it can be undone.
            </p>
          ) : (
            <PlainTable
              label="Corrections"
              columns={columns}
              rows={jobs}
              rowKey={(job) => job.id}
              muted={(job) => job.undoneBy !== ''}
            />
          )
        }
      </Settled>
      {undoing !== null && <UndoDialog job={undoing} onClose={() => setUndoing(null)} />}
    </Panel>
  );
}

function stateWords(job: RepricingJob): string {
  if (job.state === 'planning') return `working it out: ${integer(job.done)} of ${integer(job.total)}`;
  if (job.state === 'applying') return `changing figures: ${integer(job.done)} of ${integer(job.total)}`;
  if (job.state === 'failed') return `failed: ${job.message}`;
  if (job.undoneBy !== '') return 'undone';
  return job.undoes === '' ? 'done' : 'an undo, done';
}

function what({ selection }: RepricingJob): string {
  const { model, provider, from, to } = selection;
  const days = `${dayOfInstant(from)} to before ${dayOfInstant(to)}`;
  return [model ?? 'all models', provider, days].filter((word) => word !== undefined).join(' · ');
}

function columnsOf(timeZone: string, onUndo: (job: RepricingJob) => void): readonly TableColumn<RepricingJob>[] {
  return [
    {
      id: 'why',
      title: 'Why',
      width: 240,
      align: 'left',
      narrow: true,
      cell: (job) => (
        <span className="flex min-w-0 flex-col">
          <span className="truncate font-medium" title={job.why}>
            {job.why}
          </span>
          <span className="truncate text-micro text-muted" title={what(job)}>
            {what(job)}
          </span>
        </span>
      ),
    },
    {
      id: 'when',
      title: 'When',
      width: 150,
      align: 'left',
      cell: (job) => (
        <span className="flex min-w-0 flex-col">
          <When at={job.startedAt} zone={timeZone} />
          <span className="truncate text-micro text-muted">{job.who}</span>
        </span>
      ),
    },
    { id: 'changed', title: 'Calls', width: 80, align: 'right', cell: (job) => integer(job.changed) },
    {
      id: 'difference',
      title: 'Difference',
      width: 120,
      align: 'right',
      narrow: true,
      cell: (job) => (
        <span title={`${exactMoney(job.oldCost)} → ${exactMoney(job.newCost)}`}>
          <DifferenceText nano={nanoBetween(job.oldCost, job.newCost)} />
        </span>
      ),
    },
    {
      id: 'state',
      title: 'State',
      width: 190,
      align: 'left',
      cell: (job) => (
        <span className={job.state === 'failed' ? 'text-bad' : ''} title={stateWords(job)}>
          {stateWords(job)}
        </span>
      ),
    },
    {
      id: 'do',
      title: '',
      width: 76,
      align: 'right',
      narrow: true,
      cell: (job) =>
        job.state === 'done' && job.undoes === '' && job.undoneBy === '' ? (
          <Button onClick={() => onUndo(job)}>Undo</Button>
        ) : null,
    },
  ];
}

function UndoDialog({ job, onClose }: { job: RepricingJob; onClose: () => void }) {
  const { undo } = useRepricing();
  const [why, setWhy] = useState('');
  const [begun, setBegun] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  async function submit() {
    try {
      setBegun((await undo(job.id, why.trim())).id);
    } catch (error) {
      setProblem(reasonOf(error));
    }
  }
  return (
    <FormDialog
      title="Undo this correction"
      text={`${job.why}: ${integer(job.changed)} calls get back the cost that they had before it. The undo is recorded too.`}
      onClose={onClose}
    >
      {begun !== null ? (
        <JobResult id={begun} onClose={onClose} />
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void submit();
          }}
        >
          <DialogBody>
            <TextField label="Why, for the record" value={why} autoFocus onChange={setWhy} />
          </DialogBody>
          <DialogFoot problem={problem}>
            <Button onClick={onClose}>Cancel</Button>
            <Button type="submit" look="primary" disabled={why.trim() === ''}>
              Undo it
            </Button>
          </DialogFoot>
        </form>
      )}
    </FormDialog>
  );
}
