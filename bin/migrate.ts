import { z } from 'zod';
import { createWarehouse } from '../clickhouse/client.ts';
import { migrate } from '../clickhouse/migrate.ts';
import { SpendlensError } from '../domain/error.ts';
import { EXIT_CONFIG } from '../process/messages.ts';

const environment = z.object({
  CLICKHOUSE_URL: z.url(),
  CLICKHOUSE_USER: z.string().min(1),
  CLICKHOUSE_PASSWORD: z.string(),
});

async function main(): Promise<void> {
  const env = environment.safeParse(process.env);
  if (!env.success) throw new SpendlensError('config_invalid', z.prettifyError(env.error));
  const warehouse = createWarehouse({
    url: env.data.CLICKHOUSE_URL,
    user: env.data.CLICKHOUSE_USER,
    password: env.data.CLICKHOUSE_PASSWORD,
  });
  const ran = await migrate(warehouse);
  await warehouse.close();
  if (ran.length > 0) process.stderr.write(`migrated: ${ran.join(', ')}\n`);
}

main().catch((error: unknown) => {
  const permanent = error instanceof SpendlensError && !error.retryable;
  process.stderr.write(`spendlens migrate: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = permanent ? EXIT_CONFIG : 1;
});
