import type { ReactNode } from 'react';
import { Button } from '../parts/button.tsx';
import { DialogBody, DialogFoot, FormDialog } from './form-dialog.tsx';
import type { Saving } from './saving.ts';

interface EntryDialogProps {
  readonly title: string;
  readonly text: string;
  /** On the button: `Save the price`. */
  readonly save: string;
  /** What is wrong with the form; null where nothing is. */
  readonly problem: string | null;
  readonly editing: { readonly saving: Saving; loadNewest(): void };
  readonly onSubmit: () => Promise<void>;
  readonly onClose: () => void;
  readonly wide?: boolean;
  readonly children: ReactNode;
}

/** The form of one entry: its fields, then what went wrong and the button that saves or loads what others saved. */
export function EntryDialog(props: EntryDialogProps) {
  const { title, text, save, problem, editing, onSubmit, onClose, wide = false, children } = props;
  const { busy, stale } = editing.saving;
  return (
    <FormDialog title={title} text={text} onClose={onClose} wide={wide}>
      <form
        className="flex min-h-0 flex-1 flex-col"
        onSubmit={(event) => {
          event.preventDefault();
          void onSubmit();
        }}
      >
        <DialogBody>{children}</DialogBody>
        <DialogFoot problem={problem}>
          {stale ? (
            <Button look="primary" onClick={editing.loadNewest}>
              Load what stands now
            </Button>
          ) : (
            <>
              <Button onClick={onClose}>Cancel</Button>
              <Button type="submit" look="primary" disabled={busy}>
                {busy ? 'Saving …' : save}
              </Button>
            </>
          )}
        </DialogFoot>
      </form>
    </FormDialog>
  );
}
