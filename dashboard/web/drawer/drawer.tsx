import { ChevronDown, ChevronUp, X } from 'lucide-react';
import { Dialog } from 'radix-ui';
import type { RequestIdentity } from '../api/queries.ts';
import { useRequest } from '../api/queries.ts';
import { IconButton } from '../parts/button.tsx';
import { CopyButton } from '../parts/copy.tsx';
import { Failure } from '../parts/failure.tsx';
import { useMedia } from '../state/media.ts';
import { useDrawer } from '../state/open-request.tsx';
import { DrawerHead } from './head.tsx';
import { DrawerTabs } from './tabs.tsx';

/** Beside the table on a wide screen, which stays usable; a full sheet on a narrow one. */
export function Drawer() {
  const drawer = useDrawer();
  const sheet = useMedia('(max-width: 819px)');
  const { identity, close } = drawer;
  return (
    <Dialog.Root open={identity !== null} onOpenChange={(open) => !open && close()} modal={sheet}>
      <Dialog.Portal>
        <Dialog.Content
          aria-describedby={undefined}
          onInteractOutside={(event) => event.preventDefault()}
          onOpenAutoFocus={(event) => !sheet && event.preventDefault()}
          className="fixed inset-y-0 right-0 z-40 flex w-[min(720px,56vw)] flex-col border-l border-line bg-surface shadow-pop animate-[slide-in_140ms_ease-out] outline-none max-md:w-full max-md:border-0"
        >
          <div className="flex h-12 shrink-0 items-center gap-1 border-b border-line px-3">
            <Dialog.Title className="mr-1 text-body font-semibold">Request</Dialog.Title>
            {identity && (
              <>
                <code className="min-w-0 truncate font-mono text-small text-muted">{identity.requestId}</code>
                <CopyButton text={identity.requestId} label="Copy the request id" />
              </>
            )}
            <span className="flex-1" />
            <IconButton label="Previous (k)" disabled={!drawer.toPrevious} onClick={drawer.toPrevious}>
              <ChevronUp size={16} aria-hidden />
            </IconButton>
            <IconButton label="Next (j)" disabled={!drawer.toNext} onClick={drawer.toNext}>
              <ChevronDown size={16} aria-hidden />
            </IconButton>
            <Dialog.Close asChild>
              <IconButton label="Close (Escape)">
                <X size={16} aria-hidden />
              </IconButton>
            </Dialog.Close>
          </div>
          {identity && <Body key={`${identity.outboxId} ${identity.seq}`} identity={identity} />}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Body({ identity }: { identity: RequestIdentity }) {
  const { line } = useDrawer();
  const query = useRequest(identity);
  const shown = query.data?.line ?? line;
  return (
    <>
      {shown && <DrawerHead line={shown} detail={query.data} />}
      {query.error !== null ? (
        <Failure error={query.error} onRetry={() => query.refetch()} />
      ) : query.data === undefined ? (
        <Skeleton />
      ) : (
        <DrawerTabs detail={query.data} />
      )}
    </>
  );
}

function Skeleton() {
  return (
    <div aria-busy className="flex flex-col gap-3 p-4">
      <div className="skeleton h-7 w-72" />
      <div className="skeleton h-20" />
      <div className="skeleton h-32" />
    </div>
  );
}
