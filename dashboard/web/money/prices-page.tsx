import { useCallback, useState } from 'react';
import type { ConfigEntry } from '../../../domain/money-api.ts';
import { PageHead } from '../pages/page-head.tsx';
import { AliasDialog } from './alias-dialog.tsx';
import { EntriesPanel } from './entries-panel.tsx';
import { aliasColumns, aliasText, overrideColumns, overrideText } from './entry-columns.tsx';
import { JobsPanel } from './jobs-panel.tsx';
import { OverrideDialog } from './override-dialog.tsx';
import { RepriceDialog } from './reprice-dialog.tsx';
import { afterAlias, afterOverride, anyReprice, type RepriceStart } from './reprice-start.ts';
import { UnpricedPanel } from './unpriced-panel.tsx';

interface Named {
  readonly provider: string;
  readonly model: string;
}

type Open =
  | { readonly dialog: 'override' | 'alias'; readonly entry: ConfigEntry | null; readonly named?: Named }
  | { readonly dialog: 'reprice'; readonly start: RepriceStart }
  | null;

export function PricesPage() {
  const [open, setOpen] = useState<Open>(null);
  const price = useCallback((named: Named) => setOpen({ dialog: 'override', entry: null, named }), []);
  const name = useCallback((named: Named) => setOpen({ dialog: 'alias', entry: null, named }), []);
  const editPrice = useCallback((entry: ConfigEntry) => setOpen({ dialog: 'override', entry }), []);
  const editName = useCallback((entry: ConfigEntry) => setOpen({ dialog: 'alias', entry }), []);
  return (
    <div className="flex flex-col gap-3 p-4 max-sm:p-3">
      <PageHead title="Prices" question="Does everything have the right price?" />
      <UnpricedPanel onPrice={price} onName={name} />
      <EntriesPanel
        kind="price-override"
        title="Your prices"
        add="Set a price"
        empty="None yet: everything costs what the price lists say. Set a negotiated discount, the price of a model that no list has, or free for a machine of your own."
        columns={overrideColumns}
        words={overrideText}
        onAdd={() => setOpen({ dialog: 'override', entry: null })}
        onEdit={editPrice}
      />
      <EntriesPanel
        kind="model-alias"
        title="Your names"
        add="Add a name"
        empty="None yet. Say here which model a deployment or an inference profile stands for."
        columns={aliasColumns}
        words={aliasText}
        onAdd={() => setOpen({ dialog: 'alias', entry: null })}
        onEdit={editName}
      />
      <JobsPanel onReprice={() => setOpen({ dialog: 'reprice', start: anyReprice })} />
      <OpenDialog open={open} onOpen={setOpen} />
    </div>
  );
}

function OpenDialog({ open, onOpen }: { open: Open; onOpen: (open: Open) => void }) {
  const close = () => onOpen(null);
  if (open === null) return null;
  if (open.dialog === 'reprice') return <RepriceDialog start={open.start} onClose={close} />;
  const reprice = (start: RepriceStart) => onOpen({ dialog: 'reprice', start });
  if (open.dialog === 'override') {
    return (
      <OverrideDialog
        entry={open.entry}
        {...(open.named === undefined ? {} : { prefill: open.named })}
        onClose={close}
        onSaved={(value) => reprice(afterOverride(value))}
      />
    );
  }
  const named = open.named;
  return (
    <AliasDialog
      entry={open.entry}
      {...(named === undefined ? {} : { prefill: { provider: named.provider, name: named.model } })}
      onClose={close}
      onSaved={(value) => reprice(afterAlias(value))}
    />
  );
}
