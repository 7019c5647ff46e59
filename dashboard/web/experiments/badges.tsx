import { FileLock2 } from 'lucide-react';
import type { ExperimentStatus } from '../../../domain/experiments/experiment.ts';
import { StateDot, type Tone } from '../parts/state-dot.tsx';
import { statusTitles } from './words.ts';

const tones: Readonly<Record<ExperimentStatus, Tone>> = {
  draft: 'muted',
  running: 'good',
  paused: 'warn',
  stopped: 'muted',
  archived: 'muted',
};

export const badge =
  'inline-flex h-5 shrink-0 items-center gap-1 rounded-full border border-line px-1.5 text-micro text-muted';

export function StatusBadge({ status }: { status: ExperimentStatus }) {
  return (
    <span className="inline-flex items-center gap-1.5 whitespace-nowrap">
      <StateDot tone={tones[status]} />
      {statusTitles[status]}
    </span>
  );
}

export const FileBadge = () => (
  <span className={badge} title="Declared in spendlens.yaml: change it there">
    <FileLock2 size={11} aria-hidden />
    spendlens.yaml
  </span>
);

export const SameBadge = () => (
  <span className={badge} title="No variant changes anything: it proves that the apparatus finds no difference">
    A/A
  </span>
);

/** The control is grey; variants have a colour each. */
export const armColour = (index: number): string => (index === 0 ? 'var(--series-other)' : `var(--series-${index})`);

export function ArmName({ name, index }: { name: string; index: number }) {
  return (
    <span className="inline-flex min-w-0 items-center gap-1.5">
      <span aria-hidden className="size-2 shrink-0 rounded-[2px]" style={{ background: armColour(index) }} />
      <span className="truncate">{name}</span>
    </span>
  );
}
