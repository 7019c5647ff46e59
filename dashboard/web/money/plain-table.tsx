import type { CSSProperties } from 'react';
import type { TableColumn } from '../table/column.ts';

interface PlainTableProps<Row> {
  readonly label: string;
  readonly columns: readonly TableColumn<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
  readonly muted?: (row: Row) => boolean;
}

/** For a few rows, all in sight: neither sorted nor virtual. A narrow screen shows the columns that are marked for it. */
export function PlainTable<Row>({ label, columns, rows, rowKey, muted }: PlainTableProps<Row>) {
  return (
    <table aria-label={label} className="w-full table-fixed text-small">
      <thead>
        <tr className="h-7 border-y border-line text-muted">
          {columns.map((column, index) => (
            <th
              key={column.id}
              scope="col"
              className={look(column, `font-medium ${index === 0 ? '' : 'w-(--wide) max-sm:w-(--narrow)'}`)}
              style={widths(column)}
            >
              {column.title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr
            key={rowKey(row)}
            className={`h-10 border-b border-line/60 last:border-0 hover:bg-hover ${muted?.(row) === true ? 'text-muted' : ''}`}
          >
            {columns.map((column) => (
              <td key={column.id} className={look(column, 'py-1')}>
                {column.cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const NARROW_PX = 124;
const widths = ({ width }: { readonly width: number }): CSSProperties & Record<`--${string}`, string> => ({
  '--wide': `${width}px`,
  '--narrow': `${Math.min(width, NARROW_PX)}px`,
});

function look<Row>({ align, narrow }: TableColumn<Row>, more: string): string {
  const side = align === 'right' ? 'text-right' : 'text-left';
  return `truncate px-2 first:pl-3 last:pr-3 ${side} ${narrow === true ? '' : 'max-sm:hidden'} ${more}`;
}
