import { resolve } from 'node:path';
import { z } from 'zod';
import { SpendlensError } from '../../domain/error.ts';

const port = z.coerce.number().int().min(0).max(65_535);

const schema = z.object({
  SPENDLENS_DATA: z.string().min(1).default('data'),
  SPENDLENS_CONFIG: z.string().min(1).default('spendlens.yaml'),
  SPENDLENS_PROXY_HOST: z.string().min(1).default('127.0.0.1'),
  SPENDLENS_PROXY_PORT: port.default(8787),
  SPENDLENS_DASHBOARD_HOST: z.string().min(1).default('127.0.0.1'),
  SPENDLENS_DASHBOARD_PORT: port.default(8788),
  SPENDLENS_CLICKHOUSE_PORT: port.default(8123),
  SPENDLENS_WORKERS: z.coerce.number().int().min(1).max(64).default(1),
  CLICKHOUSE_URL: z.url({ protocol: /^https?$/ }).optional(),
  CLICKHOUSE_USER: z.string().min(1).default('default'),
  CLICKHOUSE_PASSWORD: z.string().default(''),
  SPENDLENS_READER_USER: z.string().min(1).default('spendlens_read'),
  SPENDLENS_READER_PASSWORD: z.string().optional(),
});

export interface SupervisorConfig {
  readonly data: string;
  /** spendlens.yaml; need not exist. */
  readonly configPath: string;
  readonly proxy: { host: string; port: number; workers: number };
  readonly dashboard: { host: string; port: number };
  readonly embeddedPort: number;
  /** A server of the operator's; null = run the embedded engine. */
  readonly server: { url: string; user: string; password: string } | null;
  readonly reader: { user: string; password: string | undefined };
}

/** @throws SpendlensError config_invalid naming each variable that is wrong. */
export function readSupervisorConfig(env: Readonly<Record<string, string | undefined>>): SupervisorConfig {
  // An empty variable is how compose files and shells spell "not set".
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => {
      const name = String(issue.path[0]);
      return `${name}=${JSON.stringify(given[name])}: ${issue.message}`;
    });
    throw new SpendlensError('config_invalid', faults.join('\n'));
  }
  const values = parsed.data;
  return {
    data: resolve(values.SPENDLENS_DATA),
    configPath: resolve(values.SPENDLENS_CONFIG),
    proxy: {
      host: values.SPENDLENS_PROXY_HOST,
      port: values.SPENDLENS_PROXY_PORT,
      workers: values.SPENDLENS_WORKERS,
    },
    dashboard: { host: values.SPENDLENS_DASHBOARD_HOST, port: values.SPENDLENS_DASHBOARD_PORT },
    embeddedPort: values.SPENDLENS_CLICKHOUSE_PORT,
    server:
      values.CLICKHOUSE_URL === undefined
        ? null
        : { url: values.CLICKHOUSE_URL, user: values.CLICKHOUSE_USER, password: values.CLICKHOUSE_PASSWORD },
    reader: { user: values.SPENDLENS_READER_USER, password: values.SPENDLENS_READER_PASSWORD },
  };
}
