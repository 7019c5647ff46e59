import type { Experiment } from '../../../domain/experiments/experiment.ts';
import type { ConfigEntry } from '../../../domain/money-api.ts';
import { DialogBody, DialogFoot, FormDialog } from '../money/form-dialog.tsx';
import { useSaving } from '../money/saving.ts';
import { Button } from '../parts/button.tsx';

interface StopDialogProps {
  readonly entry: ConfigEntry;
  readonly setup: Experiment;
  readonly onClose: () => void;
}

/** For good: what was judged stays as it is. */
export function StopDialog({ entry, setup, onClose }: StopDialogProps) {
  const saving = useSaving('experiment');
  const stop = async () => {
    if (await saving.save(entry, { ...setup, status: 'stopped' })) onClose();
  };
  const problem = saving.stale
    ? 'It was changed in another window meanwhile. Close this and look at it again.'
    : saving.problem;
  return (
    <FormDialog
      title="Stop this experiment?"
      text="All its requests go out as the apps made them again, within seconds. It cannot be started again; its results stay."
      onClose={onClose}
    >
      <DialogBody>
        <p className="rounded-md border border-line bg-sunken px-2.5 py-2 text-small break-words">{setup.name}</p>
      </DialogBody>
      <DialogFoot problem={problem}>
        <Button onClick={onClose}>Let it run</Button>
        <Button look="primary" disabled={saving.busy || saving.stale} onClick={() => void stop()}>
          Stop it
        </Button>
      </DialogFoot>
    </FormDialog>
  );
}
