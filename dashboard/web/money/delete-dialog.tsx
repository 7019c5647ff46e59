import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ConfigEntry, ConfigKind } from '../../../domain/money-api.ts';
import { ApiFailure } from '../api/client.ts';
import { Button } from '../parts/button.tsx';
import { reasonOf } from '../parts/failure.tsx';
import { DialogBody, DialogFoot, FormDialog } from './form-dialog.tsx';
import { deleteEntry } from './queries.ts';

interface DeleteDialogProps {
  readonly kind: ConfigKind;
  readonly entry: ConfigEntry;
  readonly words: string;
  readonly onClose: () => void;
}

const repriced = 'Calls from now on are priced without it. Recorded costs stay as they are until you price them again.';
const asks: Readonly<Record<ConfigKind, { readonly title: string; readonly text: string }>> = {
  'price-override': { title: 'Delete this price?', text: repriced },
  'model-alias': { title: 'Delete this name?', text: repriced },
  experiment: { title: 'Delete this experiment?', text: 'Requests go out as the app made them.' },
  route: {
    title: 'Delete this route?',
    text: 'Within two seconds its name goes to the provider as it is, which will not know it.',
  },
};

export function DeleteDialog({ kind, entry, words, onClose }: DeleteDialogProps) {
  const cache = useQueryClient();
  const [problem, setProblem] = useState<string | null>(null);
  async function remove() {
    try {
      await deleteEntry(cache, kind, entry);
      onClose();
    } catch (error) {
      const stale = error instanceof ApiFailure && error.code === 'stale';
      await cache.invalidateQueries({ queryKey: ['config', kind] });
      setProblem(
        stale ? 'It was changed in another window meanwhile. Close this and look at it again.' : reasonOf(error),
      );
    }
  }
  return (
    <FormDialog title={asks[kind].title} text={asks[kind].text} onClose={onClose}>
      <DialogBody>
        <p className="rounded-md border border-line bg-sunken px-2.5 py-2 text-small break-words">{words}</p>
      </DialogBody>
      <DialogFoot problem={problem}>
        <Button onClick={onClose}>Keep it</Button>
        <Button look="primary" disabled={problem !== null} onClick={remove}>
          Delete
        </Button>
      </DialogFoot>
    </FormDialog>
  );
}
