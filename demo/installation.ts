import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { readWarehouseAccess, type WarehouseAccess } from '../clickhouse/access.ts';
import { type Endpoints, endpoints } from '../domain/endpoints.ts';
import { SpendlensError } from '../domain/error.ts';
import { isLocked } from '../process/socket-lock.ts';
import { acknowledgementPath } from '../proxy/outbox/acknowledgement.ts';

/** The running Spendlens that the demo works with. */
export interface Installation {
  readonly data: string;
  readonly endpoints: Endpoints;
  /** Where every outbox of the installation has its folder. */
  readonly outboxes: string;
  readonly acknowledgementPath: string;
  /** Who takes exchanges from the outboxes, in words: what they gave up stands there. */
  readonly taker: string;
  readonly warehouse: WarehouseAccess;
}

export interface DemoSignals {
  /** Begin nothing more, let ingest have what is there. */
  readonly stop: AbortSignal;
  /** Do not wait for ingest either. */
  readonly leave: AbortSignal;
}

type Env = Readonly<Record<string, string | undefined>>;

const PASSWORDS = {
  spendlens_ingest: 'SPENDLENS_INGEST_PASSWORD',
  spendlens_dashboard: 'SPENDLENS_DASHBOARD_PASSWORD',
} as const;
type WarehouseUser = keyof typeof PASSWORDS;

/** @throws SpendlensError not_running or data_folder_unusable */
export async function findInstallation(env: Env): Promise<Installation> {
  const data = resolve(env['SPENDLENS_DATA'] || 'data');
  const found = await readJson(join(data, 'endpoints.json'), endpoints);
  if (found === null || !(await isLocked(data, 'supervisor'))) {
    throw new SpendlensError(
      'not_running',
      `Spendlens is not running on ${data}. Start it with \`npm start\` in another terminal` +
        (env['SPENDLENS_DATA'] ? '.' : ', or set SPENDLENS_DATA to the data folder of one that runs.'),
    );
  }
  return {
    data,
    endpoints: found,
    outboxes: join(data, 'outbox'),
    acknowledgementPath: acknowledgementPath(data, found.pids.forwarder !== undefined),
    taker: found.pids.forwarder === undefined ? 'the warehouse' : 'Kafka',
    warehouse: await warehouseAccess(env, data, found),
  };
}

/**
 * The warehouse that a command works with: the server that CLICKHOUSE_URL names, wherever the rest of Spendlens runs, else
 * that of the running installation. On a server as the first of `users` whose password the environment holds, else as
 * CLICKHOUSE_USER.
 * @throws SpendlensError config_invalid, not_running or data_folder_unusable
 */
export async function findWarehouse(env: Env, users: readonly WarehouseUser[]): Promise<WarehouseAccess> {
  return env['CLICKHOUSE_URL'] ? serverAccess(env, users) : (await findInstallation(env)).warehouse;
}

function serverAccess(env: Env, users: readonly WarehouseUser[]): WarehouseAccess {
  const access = readWarehouseAccess(env);
  const known = users.find((user) => env[PASSWORDS[user]]);
  if (known === undefined) return access;
  return { ...access, user: known, password: env[PASSWORDS[known]] ?? '' };
}

/** The embedded engine's credentials stand in the data folder. */
async function warehouseAccess(env: Env, data: string, found: Endpoints): Promise<WarehouseAccess> {
  if (env['CLICKHOUSE_URL']) return serverAccess(env, ['spendlens_ingest']);
  const secrets = await readJson(join(data, 'secrets.json'), z.object({ ingestPassword: z.string() }));
  const password = env['SPENDLENS_INGEST_PASSWORD'] || secrets?.ingestPassword;
  if (!password) throw new SpendlensError('data_folder_unusable', `${join(data, 'secrets.json')} is missing`);
  return { url: found.clickhouse, user: 'spendlens_ingest', password };
}

async function readJson<Value>(path: string, schema: z.ZodType<Value>): Promise<Value | null> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return null;
    throw new SpendlensError('data_folder_unusable', `cannot read ${path}: ${String(cause)}`, { cause });
  });
  if (text === null) return null;
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new SpendlensError('data_folder_unusable', `${path} is damaged: ${String(cause)}`, { cause });
  }
}
