import { useQueryClient } from '@tanstack/react-query';
import { CircleCheck, CircleX } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { RepricingJob } from '../../../domain/money-api.ts';
import { exactMoney } from '../format/money.ts';
import { plural } from '../format/number.ts';
import { Button } from '../parts/button.tsx';
import { reasonOf } from '../parts/failure.tsx';
import { DifferenceText, nanoBetween } from './difference.tsx';
import { DialogBody, DialogFoot } from './form-dialog.tsx';
import { Progress } from './progress.tsx';
import { isUnderWay, readFiguresAgain, useRepricing, useRepricingJobs } from './queries.ts';

/** A correction as it goes on, and what came of it. */
export function JobResult({ id, onClose }: { id: string; onClose: () => void }) {
  const [shown, setShown] = useState(id);
  const [problem, setProblem] = useState<string | null>(null);
  const { undo } = useRepricing();
  const cache = useQueryClient();
  const job = useRepricingJobs().data?.jobs.find((each) => each.id === shown);
  const ended = job !== undefined && !isUnderWay(job);
  useEffect(() => {
    if (ended) readFiguresAgain(cache);
  }, [ended, cache]);
  const takeBack = async () => {
    try {
      setShown((await undo(shown, 'Taken back right away')).id);
    } catch (error) {
      setProblem(reasonOf(error));
    }
  };
  return (
    <>
      <DialogBody>{ended ? <Outcome job={job} /> : <Moving job={job} />}</DialogBody>
      <DialogFoot problem={problem}>
        {ended && job.state === 'done' && job.undoes === '' && job.undoneBy === '' && (
          <Button onClick={takeBack}>Undo</Button>
        )}
        <Button look="primary" onClick={onClose}>
          {ended ? 'Done' : 'Go on in the background'}
        </Button>
      </DialogFoot>
    </>
  );
}

function Moving({ job }: { job: RepricingJob | undefined }) {
  const words = job?.state === 'applying' ? 'Changing the figures' : 'Pricing calls again';
  return <Progress words={words} done={job?.done ?? 0} total={job?.total ?? 0} />;
}

function Outcome({ job }: { job: RepricingJob }) {
  if (job.state === 'failed') {
    return (
      <p className="flex items-center gap-2 py-4 text-bad">
        <CircleX size={16} aria-hidden className="shrink-0" />
        It failed: {job.message}
      </p>
    );
  }
  return (
    <div role="status" className="flex gap-2 py-4">
      <CircleCheck size={16} aria-hidden className="mt-0.5 shrink-0 text-good" />
      <div>
        <p className="font-medium">
          {plural(job.changed, 'call')} {job.undoes === '' ? 'priced again' : 'set back'}:{' '}
          <DifferenceText nano={nanoBetween(job.oldCost, job.newCost)} />
        </p>
        <p className="text-small text-muted">
          {exactMoney(job.oldCost)} → {exactMoney(job.newCost)}
        </p>
      </div>
    </div>
  );
}
