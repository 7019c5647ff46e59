import { EllipsisVertical, FileLock2, History, Pencil, Plus, Trash2 } from 'lucide-react';
import { type ReactNode, useMemo, useState } from 'react';
import type { ConfigEntry, ConfigKind } from '../../../domain/money-api.ts';
import { Button, IconButton } from '../parts/button.tsx';
import { Menu, MenuItem } from '../parts/menu.tsx';
import { Panel } from '../parts/panel.tsx';
import { Settled } from '../parts/settled.tsx';
import { SkeletonRows } from '../parts/skeleton-rows.tsx';
import { useView } from '../state/view.tsx';
import type { TableColumn } from '../table/column.ts';
import { DeleteDialog } from './delete-dialog.tsx';
import { HistoryDialog } from './history-dialog.tsx';
import { PlainTable } from './plain-table.tsx';
import { useConfigEntries } from './queries.ts';
import { When } from './unpriced-panel.tsx';

interface EntriesPanelProps {
  readonly kind: ConfigKind;
  readonly title: string;
  readonly add: string;
  /** Said where there are none. */
  readonly empty: string;
  /** The columns that tell what an entry says; who changed it when is added to them. */
  readonly columns: readonly TableColumn<ConfigEntry>[];
  readonly words: (entry: ConfigEntry) => string;
  readonly onAdd: () => void;
  readonly onEdit: (entry: ConfigEntry) => void;
}

type Asked = { readonly dialog: 'history' | 'delete'; readonly entry: ConfigEntry };

/** What the user says about prices, with its audit trail. */
export function EntriesPanel({ kind, title, add, empty, columns, words, onAdd, onEdit }: EntriesPanelProps) {
  const { view } = useView();
  const query = useConfigEntries(kind);
  const [asked, setAsked] = useState<Asked | null>(null);
  const all = useMemo(
    () => [...columns, changedColumn(view.timeZone), actionsColumn(onEdit, setAsked)],
    [columns, view.timeZone, onEdit],
  );
  const close = () => setAsked(null);
  return (
    <Panel
      title={title}
      aside={
        <Button onClick={onAdd}>
          <Plus size={13} aria-hidden />
          {add}
        </Button>
      }
    >
      <Settled query={query} skeleton={<SkeletonRows rows={2} />} reading={`Reading ${title.toLowerCase()} …`}>
        {({ entries }) =>
          entries.length === 0 ? (
            <p className="max-w-170 px-3 pt-1 pb-3 text-small text-muted">{empty}</p>
          ) : (
            <PlainTable label={title} columns={all} rows={entries} rowKey={(entry) => `${entry.source} ${entry.id}`} />
          )
        }
      </Settled>
      {asked?.dialog === 'history' && <HistoryDialog kind={kind} entry={asked.entry} words={words} onClose={close} />}
      {asked?.dialog === 'delete' && (
        <DeleteDialog kind={kind} entry={asked.entry} words={words(asked.entry)} onClose={close} />
      )}
    </Panel>
  );
}

function changedColumn(timeZone: string): TableColumn<ConfigEntry> {
  return {
    id: 'changed',
    title: 'Changed',
    width: 190,
    align: 'left',
    cell: ({ source, at, who, version }) => {
      if (source === 'file' || at === null) return <FromFile />;
      return (
        <span className="flex min-w-0 flex-col">
          <When at={at} zone={timeZone} />
          <span className="truncate text-micro text-muted">
            {who} · version {version}
          </span>
        </span>
      );
    },
  };
}

const FromFile = () => (
  <span
    className="inline-flex h-5 items-center gap-1 rounded-full border border-line px-1.5 text-micro text-muted"
    title="Declared in spendlens.yaml: change it there"
  >
    <FileLock2 size={11} aria-hidden />
    spendlens.yaml
  </span>
);

/** A dialog opens once the menu has given the focus back, or the menu would take it from the dialog. */
const afterMenu = (open: () => void) => void setTimeout(open);

function actionsColumn(onEdit: (entry: ConfigEntry) => void, onAsk: (asked: Asked) => void): TableColumn<ConfigEntry> {
  return {
    id: 'do',
    title: '',
    width: 52,
    align: 'right',
    narrow: true,
    cell: (entry): ReactNode => {
      if (entry.source === 'file') return <span className="sr-only">read-only</span>;
      const trigger = (
        <IconButton label="What to do with it">
          <EllipsisVertical size={14} aria-hidden />
        </IconButton>
      );
      return (
        <Menu trigger={trigger}>
          <MenuItem icon={<Pencil size={14} />} onSelect={() => afterMenu(() => onEdit(entry))}>
            Edit
          </MenuItem>
          <MenuItem icon={<History size={14} />} onSelect={() => afterMenu(() => onAsk({ dialog: 'history', entry }))}>
            History
          </MenuItem>
          <MenuItem icon={<Trash2 size={14} />} onSelect={() => afterMenu(() => onAsk({ dialog: 'delete', entry }))}>
            Delete
          </MenuItem>
        </Menu>
      );
    },
  };
}
