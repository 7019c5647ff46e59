import type { ReactNode } from 'react';
import { useParams } from 'react-router';
import type { Experiment } from '../../../domain/experiments/experiment.ts';
import type { ConfigEntry } from '../../../domain/money-api.ts';
import { Settled } from '../parts/settled.tsx';
import { SkeletonRows } from '../parts/skeleton-rows.tsx';
import { readExperiment } from './entry.ts';
import { Missing } from './missing.tsx';
import { useExperimentEntries } from './queries.ts';

interface OneExperimentProps {
  readonly children: (entry: ConfigEntry, setup: Experiment) => ReactNode;
}

/** Of the address, once it is read; a word where there is none. */
export function OneExperiment({ children }: OneExperimentProps) {
  const { id = '' } = useParams();
  const query = useExperimentEntries();
  return (
    <Settled query={query} skeleton={<SkeletonRows />} reading="Reading the experiment …">
      {(entries) => {
        const entry = entries.find((each) => each.id === id);
        const setup = entry ? readExperiment(entry) : null;
        return entry && setup ? children(entry, setup) : <Missing id={id} />;
      }}
    </Settled>
  );
}
