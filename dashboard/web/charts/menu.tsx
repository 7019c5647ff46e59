import { Code, Download, Ellipsis, Link as LinkIcon } from 'lucide-react';
import { useState } from 'react';
import { IconButton } from '../parts/button.tsx';
import { reasonOf } from '../parts/failure.tsx';
import { Menu, MenuItem } from '../parts/menu.tsx';
import { NoticeDialog } from '../parts/notice-dialog.tsx';
import { SqlDialog } from '../parts/sql-dialog.tsx';
import { useView } from '../state/view.tsx';
import { download } from './csv.ts';

interface ChartMenuProps {
  readonly title: string;
  readonly sql: string | null;
  /** Null until there is something to save. */
  readonly csv: (() => Blob | Promise<Blob>) | null;
}

export function ChartMenu({ title, sql, csv }: ChartMenuProps) {
  const [shown, setShown] = useState(false);
  const link = useLink();
  const [failure, setFailure] = useState<string | null>(null);
  const save = async (make: () => Blob | Promise<Blob>) => {
    try {
      download(`${title.toLowerCase().replace(/[^a-z0-9]+/g, '-')}.csv`, await make());
    } catch (error) {
      setFailure(reasonOf(error));
    }
  };
  const trigger = (
    <IconButton label={`Menu of ${title}`} className="-mr-1.5">
      <Ellipsis size={15} aria-hidden />
    </IconButton>
  );
  return (
    <>
      <Menu trigger={trigger}>
        <MenuItem icon={<Code size={14} />} disabled={sql === null} onSelect={() => setShown(true)}>
          View SQL
        </MenuItem>
        <MenuItem icon={<Download size={14} />} disabled={csv === null} onSelect={() => csv && void save(csv)}>
          Save as CSV
        </MenuItem>
        <MenuItem icon={<LinkIcon size={14} />} onSelect={() => void navigator.clipboard.writeText(link())}>
          Copy link
        </MenuItem>
      </Menu>
      <NoticeDialog title="The file could not be made" text={failure} onClose={() => setFailure(null)} />
      {sql !== null && <SqlDialog title={title} sql={sql} open={shown} onOpenChange={setShown} />}
    </>
  );
}

/** With time zone and kind of traffic spelt out, which otherwise depend on who opens it. */
function useLink(): () => string {
  const { view } = useView();
  return () => {
    const url = new URL(location.href);
    url.searchParams.set('tz', view.timeZone);
    url.searchParams.set('kind', view.kind);
    if ('preset' in view.range) url.searchParams.set('range', view.range.preset);
    return url.href;
  };
}
