import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { z } from 'zod';
import { SpendlensError } from '../domain/error.ts';
import type { Warehouse } from './client.ts';
import { splitStatements } from './statements.ts';

interface Migration {
  readonly number: number;
  readonly name: string;
  readonly checksum: string;
  readonly statements: readonly string[];
}

const applied = z.object({ number: z.number(), name: z.string(), checksum: z.string() });
type Applied = z.infer<typeof applied>;

const ours = new URL('./migrations/', import.meta.url);

/**
 * Brings the warehouse to the newest schema and answers the names of what it ran. Every statement of a migration can
 * be repeated, so one that died half-way is simply run again.
 * @throws SpendlensError config_invalid where an applied migration was edited or the warehouse is newer than this program.
 */
export async function migrate(warehouse: Warehouse, folder: URL = ours): Promise<string[]> {
  const known = await readMigrations(folder);
  await warehouse.run('CREATE DATABASE IF NOT EXISTS spendlens');
  await warehouse.run(`CREATE TABLE IF NOT EXISTS spendlens.migrations
    (number UInt32, name String, checksum String, applied_at DateTime64(3, 'UTC') DEFAULT now64(3))
    ENGINE = MergeTree ORDER BY number SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1`);
  const done = await warehouse.rows(applied, {
    text: 'SELECT DISTINCT number, name, checksum FROM spendlens.migrations ORDER BY number',
    params: {},
  });
  refuseStrangers(known, done);
  const pending = known.filter((migration) => !done.some(({ number }) => number === migration.number));
  for (const migration of pending) await apply(warehouse, migration);
  return pending.map(({ name }) => name);
}

async function apply(warehouse: Warehouse, migration: Migration): Promise<void> {
  const { number, name, checksum, statements } = migration;
  for (const statement of statements) await warehouse.run(statement);
  await warehouse.insert('spendlens.migrations', [{ number, name, checksum }], `migration:${number}:${checksum}`);
}

async function readMigrations(folder: URL): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => /^\d{4}_\w+\.sql$/.test(name)).sort();
  return Promise.all(names.map((name) => readMigration(folder, name)));
}

async function readMigration(folder: URL, name: string): Promise<Migration> {
  const script = await readFile(new URL(name, folder), 'utf8');
  const checksum = createHash('sha256').update(script).digest('hex');
  return { number: Number(name.slice(0, 4)), name, checksum, statements: splitStatements(script) };
}

function refuseStrangers(known: readonly Migration[], done: readonly Applied[]): void {
  for (const { number, name, checksum } of done) {
    const same = known.find((migration) => migration.number === number);
    if (!same) {
      throw new SpendlensError(
        'config_invalid',
        `the warehouse carries migration ${name}, which this program does not know: it was written by a newer version`,
      );
    }
    if (same.checksum !== checksum) {
      throw new SpendlensError(
        'config_invalid',
        `migration ${same.name} was changed after it had been applied to this warehouse: add a new one instead`,
      );
    }
  }
}
