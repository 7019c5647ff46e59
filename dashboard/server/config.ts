import { z } from 'zod';
import { readWarehouseAccess, type WarehouseAccess } from '../../clickhouse/access.ts';
import { SpendlensError } from '../../domain/error.ts';
import { type KafkaSettings, readKafkaSettings } from '../../kafka/settings.ts';

const environment = z.object({
  SPENDLENS_DASHBOARD_HOST: z.string().min(1).default('127.0.0.1'),
  SPENDLENS_DASHBOARD_PORT: z.coerce.number().int().min(0).max(65_535).default(8788),
  /** Names under which a reverse proxy in front of a dashboard on loopback is called, joined by commas. */
  SPENDLENS_DASHBOARD_HOSTS: z.string().default(''),
  SPENDLENS_TOKEN: z.string().min(16, 'must have at least 16 characters: it is what opens the dashboard'),
  SPENDLENS_PROXY_URL: z.url(),
  SPENDLENS_PROXY_KEY: z.string().optional(),
  /** spendlens.yaml, whose prices and aliases are shown beside those of the dashboard; may be absent. */
  SPENDLENS_CONFIG: z.string().min(1).optional(),
});

export interface DashboardConfig {
  readonly host: string;
  readonly port: number;
  readonly publicHosts: readonly string[];
  readonly token: string;
  readonly proxyUrl: string;
  readonly proxyKey: string | null;
  readonly configPath: string | null;
  readonly warehouse: WarehouseAccess;
  /** Where the exchanges travel through Kafka. */
  readonly kafka?: KafkaSettings | null;
}

/** @throws SpendlensError config_invalid that names the variable. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): DashboardConfig {
  const parsed = environment.safeParse(env);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new SpendlensError('config_invalid', `${issue?.path.join('.')}: ${issue?.message}`);
  }
  const { data } = parsed;
  return {
    host: data.SPENDLENS_DASHBOARD_HOST,
    port: data.SPENDLENS_DASHBOARD_PORT,
    publicHosts: data.SPENDLENS_DASHBOARD_HOSTS.split(',')
      .map((host) => host.trim())
      .filter((host) => host !== ''),
    token: data.SPENDLENS_TOKEN,
    proxyUrl: data.SPENDLENS_PROXY_URL,
    proxyKey: data.SPENDLENS_PROXY_KEY || null,
    configPath: data.SPENDLENS_CONFIG ?? null,
    warehouse: readWarehouseAccess(env),
    kafka: readKafkaSettings(env),
  };
}
