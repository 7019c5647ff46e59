import type { RawInsertFormat } from 'chdb';

/** An INSERT whose rows follow as bytes, in the form that the engine takes without copying them into a statement. */
export interface RawInsert {
  readonly table: string;
  readonly columns: readonly string[] | null;
  readonly format: RawInsertFormat;
}

const NAME = '(?:`[A-Za-z0-9_]+`|"[A-Za-z0-9_]+"|[A-Za-z_][A-Za-z0-9_]*)';
const SIMPLE_INSERT = new RegExp(
  `^\\s*INSERT\\s+INTO\\s+(?:TABLE\\s+)?((?:${NAME}\\s*\\.\\s*)?${NAME})\\s*(?:\\(([^()]*)\\))?\\s*FORMAT\\s+([A-Za-z]+)\\s*;?\\s*$`,
  'i',
);
const ONE_NAME = new RegExp(`^${NAME}$`);

export const RAW_FORMATS: readonly RawInsertFormat[] = [
  'JSONEachRow',
  'JSONCompactEachRow',
  'CSV',
  'CSVWithNames',
  'TSV',
  'TabSeparated',
  'TSVWithNames',
  'TabSeparatedWithNames',
];

/** Null where the statement is of another form: it then goes as text, with its rows appended. */
export function rawInsert(sql: string): RawInsert | null {
  const [, target, list, name] = SIMPLE_INSERT.exec(sql) ?? [];
  const format = RAW_FORMATS.find((known) => known === name);
  if (target === undefined || format === undefined) return null;
  const columns = list?.split(',').map((column) => column.trim()) ?? null;
  if (columns?.some((column) => !ONE_NAME.test(column))) return null;
  return { table: plain(target), columns: columns?.map(plain) ?? null, format };
}

function plain(name: string): string {
  return name.replaceAll(/[`"\s]/g, '');
}
