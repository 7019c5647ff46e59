import { z } from 'zod';
import { createWarehouse } from '../clickhouse/client.ts';
import { migrate } from '../clickhouse/migrate.ts';
import { SpendlensError } from '../domain/error.ts';
import { createKafka } from '../kafka/client.ts';
import { type KafkaSettings, readKafkaSettings } from '../kafka/settings.ts';
import { connectAdmin, makeTopics } from '../kafka/topics.ts';
import { createLog } from '../process/log.ts';
import { EXIT_CONFIG } from '../process/messages.ts';

const environment = z.object({
  CLICKHOUSE_URL: z.url(),
  CLICKHOUSE_USER: z.string().min(1).default('default'),
  CLICKHOUSE_PASSWORD: z.string().default(''),
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
  const given = Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== ''));
  const env = environment.safeParse(given);
  if (!env.success) throw new SpendlensError('config_invalid', z.prettifyError(env.error));
  const { CLICKHOUSE_URL: url, CLICKHOUSE_USER: user, CLICKHOUSE_PASSWORD: password } = env.data;
  const warehouse = createWarehouse({ url, user, password });
  const ran = await migrate(warehouse);
  await warehouse.close();
  if (ran.length > 0) say(`migrated: ${ran.join(', ')}`);
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
