import { Dialog } from 'radix-ui';
import { CopyButton } from './copy.tsx';
import { popSurface } from './popover.tsx';

interface SqlDialogProps {
  readonly title: string;
  readonly sql: string;
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}

export function SqlDialog({ title, sql, open, onOpenChange }: SqlDialogProps) {
  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-50 bg-shade" />
        <Dialog.Content
          aria-describedby={undefined}
          className={`${popSurface} fixed top-1/2 left-1/2 flex max-h-[80vh] w-180 max-w-[calc(100vw-24px)] -translate-x-1/2 -translate-y-1/2 flex-col p-4`}
        >
          <div className="mb-2 flex items-center justify-between">
            <Dialog.Title className="text-body font-semibold">SQL behind “{title}”</Dialog.Title>
            <CopyButton text={sql} label="Copy the SQL">
              Copy
            </CopyButton>
          </div>
          <pre className="overflow-auto rounded-md bg-sunken p-3 font-mono text-small whitespace-pre-wrap">{sql}</pre>
          <p className="mt-2 text-small text-muted">
            It reads the same tables as <code className="font-mono">npm run sql</code> and any ClickHouse client.
          </p>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
