import type { Connection } from '../connection.ts';
import { stringLiteral } from '../literal.ts';
import { READABLE_PREFIX, READABLE_TABLES, SYSTEM_TABLES } from './allow.ts';

/** The database whose views stand in for `system` when the reader asks. It lives in memory only. */
export const CATALOGUE = '_catalogue';

const list = (names: readonly string[]) => names.map(stringLiteral).join(', ');

const visible = (table: string) =>
  `(database = 'spendlens' AND (${table} IN (${list(READABLE_TABLES)}) OR startsWith(${table}, '${READABLE_PREFIX}')))
   OR (database = 'system' AND ${table} IN (${list(SYSTEM_TABLES)}))`;

const VIEWS: Readonly<Record<string, string>> = {
  tables: `SELECT * REPLACE (if(empty(data_paths), [], ['']) AS data_paths, '' AS metadata_path) FROM system.tables WHERE ${visible('name')}`,
  columns: `SELECT * FROM system.columns WHERE ${visible('table')}`,
  databases: `SELECT * REPLACE ('' AS data_path, '' AS metadata_path) FROM system.databases WHERE name IN ('spendlens', 'system')`,
};

export async function createCatalogue(connection: Connection): Promise<void> {
  await connection.run(`CREATE DATABASE IF NOT EXISTS ${CATALOGUE} ENGINE = Memory`, 'Null');
  for (const table of SYSTEM_TABLES) {
    const select = VIEWS[table] ?? `SELECT * FROM system.${table}`;
    await connection.run(`CREATE OR REPLACE VIEW ${CATALOGUE}.${table} AS ${select}`, 'Null');
  }
}
