import { Columns3 } from 'lucide-react';
import { useState } from 'react';
import { z } from 'zod';
import { Button } from '../parts/button.tsx';
import { Menu, MenuCheckItem, MenuItem, MenuLine } from '../parts/menu.tsx';
import { remember, remembered } from '../state/storage.ts';
import type { TableColumn } from './column.ts';

const memory = z.record(z.string(), z.boolean());
type Visibility = Readonly<Record<string, boolean>>;

/** Which columns are shown, remembered in this browser under `name`. */
export function useChosenColumns<Row>(name: string, columns: readonly TableColumn<Row>[]) {
  const [chosen, setChosen] = useState<Visibility>(() => remembered(`columns.${name}`, memory) ?? {});
  const keep = (next: Visibility) => {
    setChosen(next);
    remember(`columns.${name}`, next);
  };
  const usual = Object.fromEntries(columns.map((column) => [column.id, column.optional !== true]));
  return {
    visibility: { ...usual, ...chosen } satisfies Visibility,
    show: (column: string, shown: boolean) => keep({ ...chosen, [column]: shown }),
    reset: () => keep({}),
  };
}

interface ColumnsMenuProps<Row> {
  readonly columns: readonly TableColumn<Row>[];
  readonly chosen: ReturnType<typeof useChosenColumns>;
}

export function ColumnsMenu<Row>({ columns, chosen }: ColumnsMenuProps<Row>) {
  const trigger = (
    <Button>
      <Columns3 size={14} aria-hidden className="text-muted" />
      Columns
    </Button>
  );
  return (
    <span className="max-sm:hidden">
      <Menu trigger={trigger}>
        {columns.map((column, index) => (
          <MenuCheckItem
            key={column.id}
            checked={chosen.visibility[column.id] !== false}
            disabled={index === 0}
            onChange={(shown) => chosen.show(column.id, shown)}
          >
            {column.title}
          </MenuCheckItem>
        ))}
        <MenuLine />
        <MenuItem onSelect={chosen.reset}>Show the usual ones</MenuItem>
      </Menu>
    </span>
  );
}
