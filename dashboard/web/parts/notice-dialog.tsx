import { Dialog } from 'radix-ui';
import { Button } from './button.tsx';
import { popSurface } from './popover.tsx';

/** Says one thing that the reader must know of; null shows nothing. */
export function NoticeDialog({ title, text, onClose }: { title: string; text: string | null; onClose: () => void }) {
  return (
    <Dialog.Root open={text !== null} onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-50 bg-shade" />
        <Dialog.Content
          className={`${popSurface} fixed top-1/2 left-1/2 w-96 max-w-[calc(100vw-24px)] -translate-x-1/2 -translate-y-1/2 p-4`}
        >
          <Dialog.Title className="text-body font-semibold">{title}</Dialog.Title>
          <Dialog.Description className="mt-1 break-words text-muted">{text}</Dialog.Description>
          <Dialog.Close asChild>
            <Button className="mt-3">Close</Button>
          </Dialog.Close>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
