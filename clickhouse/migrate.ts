import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { SpendlensError } from '../domain/error.ts';
import type { Warehouse } from './client.ts';
import { createConfigLog } from './config-log.ts';
import { type Lease, takeLease, underLease } from './lease.ts';
import { replicate } from './replicated.ts';
import { splitStatements } from './statements.ts';

interface Migration {
  readonly number: number;
  readonly name: string;
  readonly checksum: string;
  readonly statements: readonly string[];
}

const applied = z.object({ number: z.number(), name: z.string(), checksum: z.string() });
type Applied = z.infer<typeof applied>;
const int = z.coerce.number();
const found = z.object({ n: int });

export interface MigrateOptions {
  readonly folder?: URL;
  /** The cluster whose replicas hold the tables; null = plain tables on one server. */
  readonly cluster?: string | null;
  /** Told once where another process is migrating and this one waits for it. */
  readonly onWaiting?: () => void;
}

const ours = new URL('./migrations/', import.meta.url);
const LEASES = '0002_config.sql';
const WAIT_MS = 500;

const MIGRATIONS = `CREATE TABLE IF NOT EXISTS spendlens.migrations
  (number UInt32, name String, checksum String, applied_at DateTime64(3, 'UTC') DEFAULT now64(3))
  ENGINE = MergeTree ORDER BY number
  SETTINGS non_replicated_deduplication_window = 10000, replicated_deduplication_window = 10000,
    replicated_deduplication_window_seconds = 2592000, fsync_after_insert = 1`;

/**
 * Brings the warehouse to the newest schema and answers the names of what it ran. Several may call it at once: one
 * migrates, the others wait for it. Every statement of a migration can be repeated, so one that died half-way is simply
 * run again. Where nothing is pending it only reads, so that a user without the right to change tables may call it.
 * @throws SpendlensError config_invalid where an applied migration was edited, the warehouse is newer than this program,
 * or its tables are not of the kind that `cluster` says.
 */
export async function migrate(warehouse: Warehouse, options: MigrateOptions = {}): Promise<string[]> {
  const { folder = ours, cluster = null, onWaiting = () => undefined } = options;
  const known = await readMigrations(folder);
  await refuseOtherKind(warehouse, cluster);
  if ((await pendingOf(warehouse, known)).length === 0) return [];
  const run = (statement: string) => warehouse.run(cluster === null ? statement : replicate(statement, cluster));
  for (const statement of await groundStatements()) await run(statement);
  const lease = await waitForLease(warehouse, onWaiting);
  return underLease(lease, async (lost) => {
    const pending = await pendingOf(warehouse, known);
    for (const migration of pending) await apply(warehouse, migration, run, lost);
    return pending.map(({ name }) => name);
  });
}

/** What must stand before anybody can take the lease. */
async function groundStatements(): Promise<string[]> {
  const { statements } = await readMigration(ours, LEASES);
  return ['CREATE DATABASE IF NOT EXISTS spendlens', MIGRATIONS, ...statements];
}

async function waitForLease(warehouse: Warehouse, onWaiting: () => void): Promise<Lease> {
  const log = createConfigLog(warehouse);
  for (let told = false; ; told = true) {
    const lease = await takeLease(log, 'migrate', `${hostname()} ${process.pid}`);
    if (lease !== null) return lease;
    if (!told) onWaiting();
    await sleep(WAIT_MS);
  }
}

async function pendingOf(warehouse: Warehouse, known: readonly Migration[]): Promise<readonly Migration[]> {
  const [table] = await warehouse.rows(found, {
    text: "SELECT count() AS n FROM system.tables WHERE database = 'spendlens' AND name = 'migrations'",
    params: {},
  });
  if (table?.n === 0) return known;
  const statement = {
    text: 'SELECT DISTINCT number, name, checksum FROM spendlens.migrations ORDER BY number',
    params: {},
  };
  const done = await warehouse.rows(applied, statement, { decisive: true });
  refuseStrangers(known, done);
  return known.filter((migration) => !done.some(({ number }) => number === migration.number));
}

/** Plain tables that were taken for replicated ones, or the reverse, would lose what keeps rows from standing twice. */
async function refuseOtherKind(warehouse: Warehouse, cluster: string | null): Promise<void> {
  if (cluster !== null) await refuseUnfitCluster(warehouse, cluster);
  const [facts] = await warehouse.rows(z.object({ engine: z.string() }), {
    text: "SELECT engine FROM system.tables WHERE database = 'spendlens' AND name = 'attempts'",
    params: {},
  });
  if (facts === undefined || facts.engine.startsWith('Replicated') === (cluster !== null)) return;
  const fault =
    cluster === null
      ? 'its tables are replicated: set CLICKHOUSE_CLUSTER to the name of their cluster'
      : `CLICKHOUSE_CLUSTER is ${cluster}, but its tables are plain ones: copy them into a new warehouse first`;
  throw new SpendlensError('config_invalid', `the warehouse is of another kind: ${fault}`);
}

async function refuseUnfitCluster(warehouse: Warehouse, cluster: string): Promise<void> {
  const [shape] = await warehouse.rows(z.object({ shards: int, known: z.array(z.string()) }), {
    text: `SELECT uniqExactIf(shard_num, cluster = {cluster:String}) AS shards, groupUniqArray(cluster) AS known
      FROM system.clusters`,
    params: { cluster },
  });
  if (shape?.shards === 1) return;
  const fault =
    shape === undefined || shape.shards === 0
      ? `the server knows no such cluster, only ${shape?.known.sort().join(', ') || 'none'}`
      : `it has ${shape.shards} shards, and Spendlens works with one: several replicas of everything`;
  throw new SpendlensError('config_invalid', `CLICKHOUSE_CLUSTER=${cluster}: ${fault}`);
}

async function apply(
  warehouse: Warehouse,
  migration: Migration,
  run: (statement: string) => Promise<void>,
  lost: AbortSignal,
): Promise<void> {
  const { number, name, checksum, statements } = migration;
  for (const statement of statements) {
    lost.throwIfAborted();
    await run(statement);
  }
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
