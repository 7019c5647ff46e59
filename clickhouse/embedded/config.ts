import { z } from 'zod';
import { SpendlensError } from '../../domain/error.ts';

const environment = z.object({
  SPENDLENS_DATA: z.string().min(1, 'the data folder'),
  SPENDLENS_CLICKHOUSE_PORT: z.coerce.number().int().min(0).max(65_535).default(8123),
  SPENDLENS_INGEST_PASSWORD: z.string().min(1),
  SPENDLENS_DASHBOARD_PASSWORD: z.string().min(1),
  SPENDLENS_READER_PASSWORD: z.string().min(1),
});

export interface WarehouseConfig {
  readonly data: string;
  readonly port: number;
  readonly passwords: { readonly ingest: string; readonly dashboard: string; readonly reader: string };
}

/** @throws SpendlensError config_invalid that names the variable. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): WarehouseConfig {
  const parsed = environment.safeParse(env);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new SpendlensError('config_invalid', `${issue?.path.join('.')}: ${issue?.message}`);
  }
  const { data } = parsed;
  return {
    data: data.SPENDLENS_DATA,
    port: data.SPENDLENS_CLICKHOUSE_PORT,
    passwords: {
      ingest: data.SPENDLENS_INGEST_PASSWORD,
      dashboard: data.SPENDLENS_DASHBOARD_PASSWORD,
      reader: data.SPENDLENS_READER_PASSWORD,
    },
  };
}
