import { ArrowDown, ArrowUp, EllipsisVertical, EyeOff, ListFilter } from 'lucide-react';
import { useState } from 'react';
import { FilterEditor } from '../frame/filter-editor.tsx';
import { Menu, MenuItem } from '../parts/menu.tsx';
import { Popover } from '../parts/popover.tsx';
import type { Sorting, TableColumn } from './column.ts';

interface HeaderCellProps<Row> {
  readonly column: TableColumn<Row>;
  readonly first: boolean;
  readonly sorting: Sorting;
  readonly onSort: (sorting: Sorting) => void;
  readonly onHide: ((column: string) => void) | undefined;
}

const label = 'flex h-full min-w-0 items-center gap-1 text-small font-medium text-muted';

export function HeaderCell<Row>({ column, first, sorting, onSort, onHide }: HeaderCellProps<Row>) {
  const sorted = column.sort !== undefined && column.sort === sorting.by;
  const direction = sorted ? (sorting.descending ? 'descending' : 'ascending') : undefined;
  const right = column.align === 'right';
  return (
    <th
      scope="col"
      aria-sort={direction}
      className={`group/head relative flex min-w-0 items-center px-2 last:pr-4 max-sm:last:pr-3 ${right ? 'justify-end' : ''} ${
        first ? 'sticky left-0 z-10 bg-surface pl-4 max-sm:pl-3' : ''
      }`}
    >
      {column.sort === undefined ? (
        <span className={label}>
          <span className="truncate">{column.title}</span>
        </span>
      ) : (
        <SortButton column={column} sort={column.sort} sorting={sorting} onSort={onSort} />
      )}
      <ColumnMenu column={column} onHide={onHide} right={right} />
    </th>
  );
}

interface SortButtonProps<Row> {
  readonly column: TableColumn<Row>;
  readonly sort: string;
  readonly sorting: Sorting;
  readonly onSort: (sorting: Sorting) => void;
}

function SortButton<Row>({ column, sort, sorting, onSort }: SortButtonProps<Row>) {
  const sorted = sort === sorting.by;
  const Arrow = sorting.descending ? ArrowDown : ArrowUp;
  return (
    <button
      type="button"
      onClick={() => onSort({ by: sort, descending: sorted ? !sorting.descending : true })}
      className={`${label} rounded-sm hover:text-text ${sorted ? 'text-text' : ''} ${column.align === 'right' ? 'flex-row-reverse' : ''}`}
    >
      <span className="truncate">{column.title}</span>
      {sorted && <Arrow size={12} aria-hidden className="shrink-0" />}
    </button>
  );
}

interface ColumnMenuProps<Row> {
  readonly column: TableColumn<Row>;
  readonly onHide: ((column: string) => void) | undefined;
  readonly right: boolean;
}

/** Appears beside the title on hover or focus, over the other end of the cell. */
function ColumnMenu<Row>({ column, onHide, right }: ColumnMenuProps<Row>) {
  const [filtering, setFiltering] = useState(false);
  const field = column.filter;
  if (field === undefined && onHide === undefined) return null;
  const side = right ? 'left-0' : 'right-0';
  const trigger = (
    <button
      type="button"
      aria-label={`Menu of ${column.title}`}
      className={`absolute ${side} flex h-6 w-5 items-center justify-center rounded-sm bg-surface text-muted opacity-0 group-hover/head:opacity-100 hover:text-text focus-visible:opacity-100 data-[state=open]:opacity-100`}
    >
      <EllipsisVertical size={13} aria-hidden />
    </button>
  );
  return (
    <>
      <Menu trigger={trigger} align="start">
        {field !== undefined && (
          // The popover opens once the menu has given the focus back, or it would close at once.
          <MenuItem icon={<ListFilter size={14} />} onSelect={() => setTimeout(() => setFiltering(true))}>
            Filter …
          </MenuItem>
        )}
        {onHide !== undefined && (
          <MenuItem icon={<EyeOff size={14} />} onSelect={() => onHide(column.id)}>
            Hide column
          </MenuItem>
        )}
      </Menu>
      {field !== undefined && filtering && (
        <Popover
          trigger={<span aria-hidden className="absolute bottom-0 left-0 size-0" />}
          label={`Filter by ${column.title}`}
          open
          onOpenChange={setFiltering}
          className="w-72"
        >
          <FilterEditor field={field} existing={null} onDone={() => setFiltering(false)} />
        </Popover>
      )}
    </>
  );
}
