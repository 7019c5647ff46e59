import { z } from 'zod';
import { readWarehouseAccess, type WarehouseAccess } from '../clickhouse/access.ts';
import { SpendlensError } from '../domain/error.ts';
import { type KafkaSettings, readKafkaSettings } from '../kafka/settings.ts';

const schema = z.object({
  SPENDLENS_DATA: z.string().min(1).default('data'),
  SPENDLENS_CONFIG: z.string().optional(),
});

export interface IngestConfig {
  readonly data: string;
  /** spendlens.yaml; null where none is named. */
  readonly configPath: string | null;
  /** Where it is not set, the outboxes of this machine are read. */
  readonly kafka?: KafkaSettings | null;
  readonly warehouse: WarehouseAccess;
}

/** @throws SpendlensError config_invalid that names the variable */
export function readConfig(env: Readonly<Record<string, string | undefined>>): IngestConfig {
  const parsed = schema.safeParse(env);
  if (!parsed.success) throw new SpendlensError('config_invalid', z.prettifyError(parsed.error));
  const { SPENDLENS_DATA, SPENDLENS_CONFIG } = parsed.data;
  return {
    data: SPENDLENS_DATA,
    configPath: SPENDLENS_CONFIG || null,
    kafka: readKafkaSettings(env),
    warehouse: readWarehouseAccess(env),
  };
}
