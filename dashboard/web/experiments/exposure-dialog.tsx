import { useState } from 'react';
import { type Experiment, experiment } from '../../../domain/experiments/experiment.ts';
import type { ConfigEntry } from '../../../domain/money-api.ts';
import { DialogBody, DialogFoot, FormDialog } from '../money/form-dialog.tsx';
import { checked } from '../money/override-draft.ts';
import { useSaving } from '../money/saving.ts';
import { Button } from '../parts/button.tsx';
import { draftOf, shareOf } from './draft.ts';
import { ExposureField } from './target-rows.tsx';

interface ExposureDialogProps {
  readonly entry: ConfigEntry;
  readonly setup: Experiment;
  readonly onClose: () => void;
}

export function ExposureDialog({ entry, setup, onClose }: ExposureDialogProps) {
  const [text, setText] = useState(() => draftOf(setup).exposure);
  const [problem, setProblem] = useState<string>();
  const saving = useSaving('experiment');
  async function save() {
    const result = checked(experiment, { ...setup, exposure: shareOf(text) });
    if (result.kind === 'invalid') return setProblem(result.problems['exposure'] ?? 'a number from 0 to 100');
    if (await saving.save(entry, result.value)) onClose();
  }
  const stale = 'It was changed in another window meanwhile. Close this and look at it again.';
  return (
    <FormDialog
      title="Change the exposure"
      text="Proxies follow within seconds. Who takes part already stays in the same variant."
      onClose={onClose}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <DialogBody>
          <ExposureField
            value={text}
            unit={setup.unit}
            problem={problem}
            onChange={(value) => {
              setText(value);
              setProblem(undefined);
            }}
          />
        </DialogBody>
        <DialogFoot problem={saving.stale ? stale : saving.problem}>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={saving.busy || saving.stale}>
            Save
          </Button>
        </DialogFoot>
      </form>
    </FormDialog>
  );
}
