import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { z } from 'zod';
import { createWarehouse, type Warehouse } from '../../clickhouse/client.ts';
import { migrate } from '../../clickhouse/migrate.ts';
import type { Exchange } from '../../domain/exchange.ts';
import type { DeliveryPoint } from '../../ingest/deliver.ts';
import { type RunningIngest, startIngest } from '../../ingest/start.ts';
import { createLog } from '../../process/log.ts';
import { openOutbox } from '../../proxy/outbox/open-outbox.ts';
import type { Outbox } from '../../proxy/outbox/outbox.ts';
import { skeletonOf } from './exchanges.ts';
import { startWarehouse, type TestWarehouse } from './warehouse.ts';

const CHILD = new URL('./ingest-child.ts', import.meta.url);
export const quietLog = createLog('test', 'silent');

export interface MigratedWarehouse {
  readonly server: TestWarehouse;
  readonly warehouse: Warehouse;
  readonly access: { readonly url: string; readonly user: string; readonly password: string };
  stop(): Promise<void>;
}

export async function startMigrated(options: { folder?: string; port?: number } = {}): Promise<MigratedWarehouse> {
  const server = await startWarehouse(options);
  const { username: user, password } = server.users.ingest;
  const access = { url: server.url, user, password };
  const warehouse = createWarehouse(access);
  await migrate(warehouse);
  return {
    server,
    warehouse,
    access,
    async stop() {
      await warehouse.close();
      await server.stop();
    },
  };
}

/** A data folder with one outbox in it, which keeps what was acknowledged unless asked to trim. */
export interface TestOutbox {
  readonly data: string;
  readonly statePath: string;
  readonly outbox: Outbox;
  send(exchange: Exchange): Promise<boolean>;
  remove(): Promise<void>;
}

export async function openTestOutbox(options: { trim?: boolean } = {}): Promise<TestOutbox> {
  const data = await mkdtemp(join(tmpdir(), 'spendlens-ingest-'));
  const statePath = join(data, 'ingest', 'state.json');
  const outbox = await openOutbox({
    folder: join(data, 'outbox', '0'),
    acknowledgementPath: statePath,
    log: quietLog,
    pollMs: options.trim ? 50 : 3_600_000,
  });
  return {
    data,
    statePath,
    outbox,
    send: (exchange) => outbox.end(outbox.begin(skeletonOf(exchange)), exchange),
    async remove() {
      await outbox.close();
      await rm(data, { recursive: true, force: true });
    },
  };
}

export function runIngester(data: string, { access }: MigratedWarehouse): Promise<RunningIngest> {
  return startIngest({
    config: { data, configPath: null, warehouse: access },
    log: quietLog,
    registry: new Registry(),
    limits: { entries: 100, bytes: 8 * 1024 * 1024 },
  });
}

/** A process of its own, which dies of its own `kill -9` at that point. */
export async function ingestUntilDeath(data: string, { access }: MigratedWarehouse, at: DeliveryPoint): Promise<void> {
  const child = fork(CHILD, [data, access.url, access.user, access.password, at], { stdio: 'inherit' });
  const [, signal] = await once(child, 'exit');
  if (signal !== 'SIGKILL') throw new Error(`the ingester was to be killed and ended with ${signal}`);
}

const tally = z.object({ rows: z.coerce.number(), seqs: z.coerce.number(), cost: z.string().nullable() });

/** What stands of one outbox. `cost` in dollars, nine places. */
export async function standing(warehouse: Warehouse, outboxId: string): Promise<z.infer<typeof tally>> {
  const [row] = await warehouse.rows(tally, {
    text: `SELECT count() AS rows, uniqExact(seq) AS seqs, sum(cost_usd) AS cost
      FROM spendlens.requests WHERE outbox_id = {id:String}`,
    params: { id: outboxId },
  });
  if (!row) throw new Error('an aggregate without a row');
  return row;
}
