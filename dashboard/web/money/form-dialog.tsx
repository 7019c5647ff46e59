import { X } from 'lucide-react';
import { Dialog } from 'radix-ui';
import type { ReactNode } from 'react';
import { IconButton } from '../parts/button.tsx';
import { popSurface } from '../parts/popover.tsx';

interface FormDialogProps {
  readonly title: string;
  readonly text?: ReactNode;
  readonly onClose: () => void;
  readonly children: ReactNode;
  /** Room for a table. */
  readonly wide?: boolean;
}

/** Open as long as it stands; on a narrow screen it fills it. */
export function FormDialog({ title, text, onClose, children, wide = false }: FormDialogProps) {
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-50 bg-shade" />
        <Dialog.Content
          {...(text === undefined ? { 'aria-describedby': undefined } : {})}
          className={`${popSurface} fixed top-1/2 left-1/2 flex max-h-[calc(100dvh-32px)] max-w-[calc(100vw-24px)] -translate-x-1/2 -translate-y-1/2 flex-col ${
            wide ? 'w-[860px]' : 'w-[520px]'
          } max-sm:top-0 max-sm:left-0 max-sm:h-dvh max-sm:max-h-none max-sm:w-full max-sm:max-w-none max-sm:translate-0 max-sm:rounded-none max-sm:border-0`}
        >
          <header className="flex items-start gap-2 px-4 pt-3.5 pb-2">
            <div className="min-w-0 flex-1">
              <Dialog.Title className="text-[15px] font-semibold tracking-tight">{title}</Dialog.Title>
              {text !== undefined && (
                <Dialog.Description className="mt-0.5 text-small text-muted">{text}</Dialog.Description>
              )}
            </div>
            <Dialog.Close asChild>
              <IconButton label="Close" className="-mt-1 -mr-1.5">
                <X size={15} aria-hidden />
              </IconButton>
            </Dialog.Close>
          </header>
          {children}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

export const DialogBody = ({ children }: { children: ReactNode }) => (
  <div className="min-h-0 flex-1 overflow-y-auto px-4 pb-3">{children}</div>
);

/** What went wrong on the left, what can be done on the right. */
export function DialogFoot({ problem, children }: { problem: string | null; children: ReactNode }) {
  return (
    <footer className="flex min-h-12 flex-wrap items-center justify-end gap-2 border-t border-line px-4 py-2">
      {problem !== null && (
        <p role="alert" className="min-w-0 flex-1 basis-60 text-small break-words text-bad">
          {problem}
        </p>
      )}
      {children}
    </footer>
  );
}
