import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
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
  readonly warehouse: { readonly url: string; readonly user: string; readonly password: string };
}

export interface DemoSignals {
  /** Begin nothing more, let ingest have what is there. */
  readonly stop: AbortSignal;
  /** Do not wait for ingest either. */
  readonly leave: AbortSignal;
}

type Env = Readonly<Record<string, string | undefined>>;

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
    warehouse: await warehouseAccess(env, data, found),
  };
}

/** A server of the operator's is reached with his own credentials; the embedded engine's stand in the data folder. */
async function warehouseAccess(env: Env, data: string, found: Endpoints): Promise<Installation['warehouse']> {
  const url = env['CLICKHOUSE_URL'];
  if (url) return { url, user: env['CLICKHOUSE_USER'] || 'default', password: env['CLICKHOUSE_PASSWORD'] ?? '' };
  const secrets = await readJson(join(data, 'secrets.json'), z.object({ ingestPassword: z.string() }));
  if (secrets === null) throw new SpendlensError('data_folder_unusable', `${join(data, 'secrets.json')} is missing`);
  return { url: found.clickhouse, user: 'spendlens_ingest', password: secrets.ingestPassword };
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
