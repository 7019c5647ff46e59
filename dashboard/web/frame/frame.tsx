import { Dialog } from 'radix-ui';
import { useState } from 'react';
import { Outlet, useLocation } from 'react-router';
import { useStatus } from '../api/queries.ts';
import { Drawer } from '../drawer/drawer.tsx';
import { FirstRequest } from '../pages/first-request.tsx';
import { Failure } from '../parts/failure.tsx';
import { useLiveRefresh } from '../state/live.ts';
import { StatusProvider, useView } from '../state/view.tsx';
import { useGoKeys } from './go-keys.ts';
import { KeysHelp } from './keys.tsx';
import { Rail } from './rail.tsx';
import { RepricingNotice } from './repricing-notice.tsx';
import { TopBar } from './top-bar.tsx';
import { NoWarehouseYet, WarehouseNotice } from './warehouse-notice.tsx';

/** Pages that know no range, which stand before the first request too. */
const timelessPaths = ['/experiments', '/routes', '/prices', '/reconciliation'];
const isTimeless = (path: string): boolean =>
  timelessPaths.some((each) => path === each || path.startsWith(`${each}/`));

export function Frame() {
  const status = useStatus();
  if (status.data === undefined) {
    if (status.error !== null) return <Failure error={status.error} onRetry={() => status.refetch()} />;
    return <div aria-busy className="h-full" />;
  }
  const { rows } = status.data;
  if (rows === null) return <NoWarehouseYet status={status.data} />;
  return (
    <StatusProvider status={{ ...status.data, rows }}>
      <Shell reachable={status.error === null} />
    </StatusProvider>
  );
}

function Shell({ reachable }: { reachable: boolean }) {
  const status = useStatus();
  const { view } = useView();
  const [sheet, setSheet] = useState(false);
  useLiveRefresh(status.data, view.range);
  useGoKeys();
  const timeless = isTimeless(useLocation().pathname);
  const empty = status.data?.rows?.app === 0 && status.data.rows.demo === 0;
  return (
    <div className="flex h-full">
      <a
        href="#main"
        className="sr-only rounded-md bg-accent px-3 py-1 text-accent-text focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50"
      >
        Skip to the page
      </a>
      <aside className="w-[208px] shrink-0 border-r border-line bg-ground max-lg:w-[52px] max-sm:hidden">
        <Rail wide={false} />
      </aside>
      <div className="flex min-w-0 flex-1 flex-col">
        <TopBar reachable={reachable} empty={empty} timeless={timeless} onOpenSheet={() => setSheet(true)} />
        <WarehouseNotice />
        <RepricingNotice />
        <main id="main" tabIndex={-1} className="relative min-h-0 flex-1 overflow-auto outline-none">
          {empty && !timeless ? <FirstRequest /> : <Outlet />}
        </main>
      </div>
      <Sheet open={sheet} onOpenChange={setSheet} />
      <Drawer />
      <KeysHelp />
    </div>
  );
}

function Sheet({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-shade" />
        <Dialog.Content
          aria-describedby={undefined}
          className="fixed inset-y-0 left-0 z-40 w-60 bg-ground shadow-pop outline-none"
        >
          <Dialog.Title className="sr-only">Pages</Dialog.Title>
          <Rail wide onNavigate={() => onOpenChange(false)} />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
