import {
  columnVisibilityFeature,
  createColumnHelper,
  metaHelper,
  tableFeatures,
  useTable,
} from '@tanstack/react-table';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type CSSProperties, type MouseEvent, type ReactNode, type UIEvent, useEffect, useMemo, useRef } from 'react';
import { useNarrow } from '../state/media.ts';
import type { Sorting, TableColumn } from './column.ts';
import { HeaderCell } from './header-cell.tsx';
import { useRowKeys } from './row-keys.ts';

const ROW_HEIGHT = 32;
const NARROW_ROW_HEIGHT = 48;
const NEAR_END_PX = 800;

interface DataTableProps<Row> {
  readonly label: string;
  readonly rows: readonly Row[];
  readonly columns: readonly TableColumn<Row>[];
  readonly visibility: Readonly<Record<string, boolean>>;
  readonly rowKey: (row: Row) => string;
  readonly sorting: Sorting;
  readonly onSort: (sorting: Sorting) => void;
  readonly onOpen: (row: Row, index: number) => void;
  /** Key of the row that is open beside the table. */
  readonly opened?: string | null;
  /** Opens the row that the keys move to, while one is open. */
  readonly follow?: boolean;
  readonly onHide?: (column: string) => void;
  readonly onNearEnd?: () => void;
  readonly onScrolled?: (top: number) => void;
  readonly total?: number;
  readonly footer?: ReactNode;
}

export function DataTable<Row extends object>(props: DataTableProps<Row>) {
  const { rows, columns, visibility, rowKey, onNearEnd, onScrolled } = props;
  const narrow = useNarrow();
  const scroller = useRef<HTMLDivElement>(null);
  const table = useColumns(rows, columns, narrow ? narrowOnly(columns) : visibility, rowKey);
  const shown = table.getVisibleLeafColumns().flatMap((column) => column.columnDef.meta?.column ?? []);
  const rowHeight = narrow ? NARROW_ROW_HEIGHT : ROW_HEIGHT;
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    getItemKey: (index) => {
      const row = rows[index];
      return row === undefined ? index : rowKey(row);
    },
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the heights that were measured hold for one width only.
  useEffect(() => virtual.measure(), [rowHeight]);
  const active = useRowKeys({
    rows,
    rowKey,
    opened: props.opened ?? null,
    follow: props.follow === true,
    onOpen: props.onOpen,
    onMove: (index) => virtual.scrollToIndex(index, { align: 'auto' }),
  });
  const style = gridOf(shown);
  const body = table.getRowModel().rows;

  const scrolled = (event: UIEvent<HTMLDivElement>) => {
    const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
    onScrolled?.(scrollTop);
    if (scrollHeight - scrollTop - clientHeight < NEAR_END_PX) onNearEnd?.();
  };

  return (
    <section
      ref={scroller}
      aria-label={props.label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled area must be reachable by keys.
      tabIndex={0}
      onScroll={scrolled}
      className="h-full min-h-0 flex-1 overflow-auto focus-visible:-outline-offset-2"
    >
      <table
        aria-label={props.label}
        aria-rowcount={props.total ?? rows.length}
        className="block"
        style={{ minWidth: widthOf(shown) }}
      >
        <thead className="sticky top-0 z-20 block">
          <tr style={style} className="grid h-8 border-b border-line bg-surface">
            {shown.map((column, index) => (
              <HeaderCell key={column.id} column={column} first={index === 0} {...headerOf(props)} />
            ))}
          </tr>
        </thead>
        <tbody className="relative block" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => {
            const row = body[item.index];
            if (row === undefined) return null;
            const key = rowKey(row.original);
            return (
              <tr
                key={item.key}
                aria-rowindex={item.index + 2}
                aria-current={key === props.opened || undefined}
                data-active={key === active || key === props.opened || undefined}
                onClick={(event) => !opensElsewhere(event) && props.onOpen(row.original, item.index)}
                style={{ ...style, height: rowHeight, transform: `translateY(${item.start}px)` }}
                className="group/row absolute inset-x-0 top-0 grid border-b border-line/60 bg-surface hover:bg-hover data-active:bg-selected"
              >
                {row.getVisibleCells().map((cell, index) => (
                  <td key={cell.id} className={cellLook(cell.column.columnDef.meta?.column.align, index === 0)}>
                    <table.FlexRender cell={cell} />
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
      {props.footer}
    </section>
  );
}

/** With these keys a click on a link in the row is the browser's own business. */
const opensElsewhere = (event: MouseEvent): boolean => event.ctrlKey || event.metaKey || event.shiftKey;

function useColumns<Row extends object>(
  rows: readonly Row[],
  columns: readonly TableColumn<Row>[],
  columnVisibility: Readonly<Record<string, boolean>>,
  rowKey: (row: Row) => string,
) {
  const features = useMemo(
    () => tableFeatures({ columnVisibilityFeature, columnMeta: metaHelper<{ column: TableColumn<Row> }>() }),
    [],
  );
  const definitions = useMemo(() => {
    const helper = createColumnHelper<typeof features, Row>();
    return columns.map((column) =>
      helper.display({
        id: column.id,
        header: column.title,
        cell: ({ row }) => column.cell(row.original),
        meta: { column },
      }),
    );
  }, [columns]);
  return useTable({ features, columns: definitions, data: rows, state: { columnVisibility }, getRowId: rowKey });
}

function headerOf<Row>({ sorting, onSort, onHide }: DataTableProps<Row>) {
  return { sorting, onSort, onHide };
}

function narrowOnly<Row>(columns: readonly TableColumn<Row>[]): Record<string, boolean> {
  return Object.fromEntries(columns.map((column) => [column.id, column.narrow === true]));
}

function gridOf<Row>(columns: readonly TableColumn<Row>[]): CSSProperties {
  const widths = columns.map((column, index) => (index === 0 ? `minmax(${column.width}px, 1fr)` : `${column.width}px`));
  return { gridTemplateColumns: widths.join(' ') };
}

const widthOf = <Row,>(columns: readonly TableColumn<Row>[]): number =>
  columns.reduce((sum, column) => sum + column.width, 0);

/** The first column stays in place and takes the row's own ground with it, so that nothing shines through. */
function cellLook(align: 'left' | 'right' | undefined, first: boolean): string {
  const side = align === 'right' ? 'justify-end text-right' : '';
  const stuck = first
    ? 'sticky left-0 z-10 bg-surface group-hover/row:bg-hover group-data-active/row:bg-selected pl-4 max-sm:pl-3'
    : '';
  return `flex min-w-0 items-center overflow-hidden px-2 last:pr-4 max-sm:last:pr-3 ${side} ${stuck}`;
}
