import {
  Archive,
  CirclePause,
  CircleStop,
  EllipsisVertical,
  History,
  Pencil,
  Play,
  SlidersHorizontal,
} from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import type { Experiment, ExperimentStatus } from '../../../domain/experiments/experiment.ts';
import type { ConfigEntry } from '../../../domain/money-api.ts';
import { HistoryDialog } from '../money/history-dialog.tsx';
import { useSaving } from '../money/saving.ts';
import { Button, IconButton } from '../parts/button.tsx';
import { Menu, MenuItem } from '../parts/menu.tsx';
import { NoticeDialog } from '../parts/notice-dialog.tsx';
import { sharedSearch } from '../state/view.tsx';
import { ExposureDialog } from './exposure-dialog.tsx';
import { StopDialog } from './stop-dialog.tsx';
import { versionWords } from './words.ts';

interface ActionsProps {
  readonly entry: ConfigEntry;
  readonly setup: Experiment;
}

type Open = 'history' | 'exposure' | 'stop' | null;

/** A dialog opens once the menu has given the focus back, or the menu would take it from the dialog. */
const afterMenu = (open: () => void) => void setTimeout(open);

/** What can be done with an experiment of the dashboard as it stands. */
export function Actions({ entry, setup }: ActionsProps) {
  const [open, setOpen] = useState<Open>(null);
  const saving = useSaving('experiment');
  const edit = useEdit(entry.id);
  const close = () => setOpen(null);
  const become = (status: ExperimentStatus) => void saving.save(entry, { ...setup, status });
  return (
    <div className="flex items-center gap-2">
      <StatusButtons status={setup.status} busy={saving.busy} onBecome={become} onStop={() => setOpen('stop')} />
      <Menu
        trigger={
          <IconButton label="What to do with it">
            <EllipsisVertical size={14} aria-hidden />
          </IconButton>
        }
      >
        <MenuItem icon={<Pencil size={14} />} disabled={isOver(setup.status)} onSelect={() => afterMenu(edit)}>
          Edit
        </MenuItem>
        <MenuItem
          icon={<SlidersHorizontal size={14} />}
          disabled={setup.status === 'draft' || isOver(setup.status)}
          onSelect={() => afterMenu(() => setOpen('exposure'))}
        >
          Change the exposure
        </MenuItem>
        <MenuItem icon={<History size={14} />} onSelect={() => afterMenu(() => setOpen('history'))}>
          History
        </MenuItem>
        <MenuItem
          icon={<Archive size={14} />}
          disabled={setup.status !== 'stopped' && setup.status !== 'draft'}
          onSelect={() => become('archived')}
        >
          Archive
        </MenuItem>
      </Menu>
      {open === 'history' && <HistoryDialog kind="experiment" entry={entry} words={versionWords} onClose={close} />}
      {open === 'exposure' && <ExposureDialog entry={entry} setup={setup} onClose={close} />}
      {open === 'stop' && <StopDialog entry={entry} setup={setup} onClose={close} />}
      <NoticeDialog
        title="Nothing was changed"
        text={
          saving.stale ? 'It was changed in another window meanwhile. Look at it as it stands now.' : saving.problem
        }
        onClose={saving.forgive}
      />
    </div>
  );
}

const isOver = (status: ExperimentStatus): boolean => status === 'stopped' || status === 'archived';

function useEdit(id: string): () => void {
  const navigate = useNavigate();
  const [params] = useSearchParams();
  return () => void navigate(`/experiments/${encodeURIComponent(id)}/edit${sharedSearch(params)}`);
}

interface StatusButtonsProps {
  readonly status: ExperimentStatus;
  readonly busy: boolean;
  readonly onBecome: (status: ExperimentStatus) => void;
  readonly onStop: () => void;
}

function StatusButtons({ status, busy, onBecome, onStop }: StatusButtonsProps): ReactNode {
  if (isOver(status)) return null;
  return (
    <>
      {status === 'running' ? (
        <Button disabled={busy} onClick={() => onBecome('paused')}>
          <CirclePause size={13} aria-hidden />
          Pause
        </Button>
      ) : (
        <Button look={status === 'draft' ? 'primary' : 'plain'} disabled={busy} onClick={() => onBecome('running')}>
          <Play size={13} aria-hidden />
          {status === 'draft' ? 'Start' : 'Resume'}
        </Button>
      )}
      {status !== 'draft' && (
        <Button disabled={busy} onClick={onStop}>
          <CircleStop size={13} aria-hidden />
          Stop
        </Button>
      )}
    </>
  );
}
