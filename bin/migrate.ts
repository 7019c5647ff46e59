import { z } from 'zod';
import { readWarehouseAccess } from '../clickhouse/access.ts';
import { createWarehouse, type Warehouse } from '../clickhouse/client.ts';
import { migrate } from '../clickhouse/migrate.ts';
import { makeUsers } from '../clickhouse/users.ts';
import { SpendlensError } from '../domain/error.ts';
import { createKafka } from '../kafka/client.ts';
import { type KafkaSettings, readKafkaSettings } from '../kafka/settings.ts';
import { connectAdmin, makeTopics } from '../kafka/topics.ts';
import { createLog } from '../process/log.ts';
import { EXIT_CONFIG } from '../process/messages.ts';

const secret = z.string().min(16, 'must have at least 16 characters');

/** An administrator of the server makes the tables and the users of Spendlens with these passwords. */
const administration = z.object({
  CLICKHOUSE_ADMIN_USER: z.string(),
  CLICKHOUSE_ADMIN_PASSWORD: z.string().default(''),
  SPENDLENS_INGEST_PASSWORD: secret,
  SPENDLENS_DASHBOARD_PASSWORD: secret,
  SPENDLENS_READER_PASSWORD: secret,
});

const say = (line: string) => process.stderr.write(`${line}\n`);

async function main(): Promise<void> {
  const kafka = readKafkaSettings(process.env);
  if (kafka === null && !process.env['CLICKHOUSE_URL']) {
    throw new SpendlensError('config_invalid', 'nothing to migrate: neither CLICKHOUSE_URL nor KAFKA_BROKERS is set');
  }
  if (process.env['CLICKHOUSE_URL']) await migrateWarehouse();
  if (kafka !== null) await migrateTopics(kafka);
}

async function migrateWarehouse(): Promise<void> {
  const access = readWarehouseAccess(process.env);
  const admin = readAdministration();
  const warehouse = createWarehouse(
    admin === null
      ? access
      : { ...access, user: admin.CLICKHOUSE_ADMIN_USER, password: admin.CLICKHOUSE_ADMIN_PASSWORD },
  );
  const cluster = access.cluster ?? null;
  const onWaiting = () => say('another process is migrating; waiting for it');
  try {
    const ran = await migrate(warehouse, { cluster, onWaiting });
    if (ran.length > 0) say(`migrated: ${ran.join(', ')}`);
    if (admin !== null) await migrateUsers(warehouse, admin, cluster);
  } finally {
    await warehouse.close();
  }
}

function readAdministration(): z.infer<typeof administration> | null {
  const given = Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== ''));
  if (given['CLICKHOUSE_ADMIN_USER'] === undefined) return null;
  const parsed = administration.safeParse(given);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new SpendlensError('config_invalid', `CLICKHOUSE_ADMIN_USER makes users, so\n${faults.join('\n')}`);
}

async function migrateUsers(
  warehouse: Warehouse,
  admin: z.infer<typeof administration>,
  cluster: string | null,
): Promise<void> {
  const passwords = {
    ingest: admin.SPENDLENS_INGEST_PASSWORD,
    dashboard: admin.SPENDLENS_DASHBOARD_PASSWORD,
    reader: admin.SPENDLENS_READER_PASSWORD,
  };
  const made = await makeUsers(warehouse, passwords, cluster);
  say(
    made
      ? 'users spendlens_ingest, spendlens_dashboard and spendlens_read are as they should be'
      : 'no users made: this warehouse keeps none of its own (the embedded engine, or a server with a users file alone)',
  );
}

async function migrateTopics(settings: KafkaSettings): Promise<void> {
  const log = createLog('migrate', process.env['SPENDLENS_LOG_LEVEL'] ?? 'warn');
  const admin = createKafka(settings, 'spendlens-migrate', log).admin();
  try {
    await connectAdmin(admin);
    const made = await makeTopics(admin, settings);
    say(
      made.length > 0
        ? `made: ${made.join(', ')}`
        : `topics ${settings.topic} and ${settings.deadTopic} are as they should be`,
    );
  } finally {
    await admin.disconnect();
  }
}

main().catch((error: unknown) => {
  const permanent = error instanceof SpendlensError && !error.retryable;
  say(`spendlens migrate: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = permanent ? EXIT_CONFIG : 1;
});
