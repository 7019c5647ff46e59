import type { ConfigEntry } from '../../../domain/money-api.ts';
import { modelAlias } from '../../../domain/prices/alias.ts';
import { priceOverride } from '../../../domain/prices/override.ts';
import type { TableColumn } from '../table/column.ts';
import { aliasWords, overrideWords, periodWords, priceWords, providerWords } from './words.ts';

/** What an older or newer program wrote, and this page cannot read. */
const UNREADABLE = 'not readable by this version';

const asOverride = ({ value }: ConfigEntry) => priceOverride.safeParse(value).data ?? null;
const asAlias = ({ value }: ConfigEntry) => modelAlias.safeParse(value).data ?? null;

export function overrideText(entry: ConfigEntry): string {
  const value = asOverride(entry);
  return value === null ? UNREADABLE : overrideWords(value);
}

export function aliasText(entry: ConfigEntry): string {
  const value = asAlias(entry);
  return value === null ? UNREADABLE : aliasWords(value);
}

function Named({ name, under }: { name: string; under: string }) {
  return (
    <span className="flex min-w-0 flex-col">
      <span className="truncate font-medium" title={name}>
        {name}
      </span>
      <span className="truncate text-micro text-muted" title={under}>
        {under}
      </span>
    </span>
  );
}

const joined = (...words: string[]): string => words.filter((word) => word !== '').join(' · ');

export const overrideColumns: readonly TableColumn<ConfigEntry>[] = [
  {
    id: 'model',
    title: 'Model',
    width: 220,
    align: 'left',
    narrow: true,
    cell: (entry) => {
      const value = asOverride(entry);
      if (value === null) return <Named name={entry.id} under={UNREADABLE} />;
      return <Named name={value.model} under={joined(providerWords(value.provider), value.note)} />;
    },
  },
  {
    id: 'price',
    title: 'Price',
    width: 300,
    align: 'left',
    narrow: true,
    cell: (entry) => {
      const value = asOverride(entry);
      return value === null ? null : (
        <span className="line-clamp-2 whitespace-normal tabular-nums" title={priceWords(value)}>
          {priceWords(value)}
        </span>
      );
    },
  },
  {
    id: 'holds',
    title: 'Holds (UTC)',
    width: 190,
    align: 'left',
    cell: (entry) => {
      const value = asOverride(entry);
      return value === null ? null : periodWords(value);
    },
  },
];

export const aliasColumns: readonly TableColumn<ConfigEntry>[] = [
  {
    id: 'name',
    title: 'Name',
    width: 220,
    align: 'left',
    narrow: true,
    cell: (entry) => {
      const value = asAlias(entry);
      if (value === null) return <Named name={entry.id} under={UNREADABLE} />;
      return <Named name={value.name} under={joined(providerWords(value.provider), value.note)} />;
    },
  },
  {
    id: 'as',
    title: 'Priced as',
    width: 300,
    align: 'left',
    narrow: true,
    cell: (entry) => <span title={asAlias(entry)?.priceAs}>{asAlias(entry)?.priceAs}</span>,
  },
];
