import { z } from 'zod';
import { SpendlensError } from '../domain/error.ts';

const schema = z.object({
  SPENDLENS_DATA: z.string().min(1).default('data'),
  SPENDLENS_CONFIG: z.string().optional(),
  CLICKHOUSE_URL: z.url({ protocol: /^https?$/ }),
  CLICKHOUSE_USER: z.string().min(1).default('default'),
  CLICKHOUSE_PASSWORD: z.string().default(''),
});

export interface IngestConfig {
  readonly data: string;
  /** spendlens.yaml; null where none is named. */
  readonly configPath: string | null;
  readonly warehouse: { readonly url: string; readonly user: string; readonly password: string };
}

/** @throws SpendlensError config_invalid that names the variable */
export function readConfig(env: Readonly<Record<string, string | undefined>>): IngestConfig {
  const parsed = schema.safeParse(env);
  if (!parsed.success) throw new SpendlensError('config_invalid', z.prettifyError(parsed.error));
  const { SPENDLENS_DATA, SPENDLENS_CONFIG, CLICKHOUSE_URL, CLICKHOUSE_USER, CLICKHOUSE_PASSWORD } = parsed.data;
  return {
    data: SPENDLENS_DATA,
    configPath: SPENDLENS_CONFIG || null,
    warehouse: { url: CLICKHOUSE_URL, user: CLICKHOUSE_USER, password: CLICKHOUSE_PASSWORD },
  };
}
