import { resolve } from 'node:path';
import { z } from 'zod';
import { readWarehouseAccess, type WarehouseAccess } from '../../clickhouse/access.ts';
import { SpendlensError } from '../../domain/error.ts';
import { chooseRoles, type RoleName } from './roles.ts';
import type { Secrets } from './secrets.ts';

const port = z.coerce.number().int().min(0).max(65_535);
const secret = z.string().min(16, 'must have at least 16 characters').optional();

const schema = z.object({
  SPENDLENS_ROLES: z.string().optional(),
  SPENDLENS_DATA: z.string().min(1).default('data'),
  SPENDLENS_CONFIG: z.string().min(1).default('spendlens.yaml'),
  SPENDLENS_PROXY_HOST: z.string().min(1).default('127.0.0.1'),
  SPENDLENS_PROXY_PORT: port.default(8787),
  SPENDLENS_PROXY_URL: z.url({ protocol: /^https?$/ }).optional(),
  SPENDLENS_DASHBOARD_HOST: z.string().min(1).default('127.0.0.1'),
  SPENDLENS_DASHBOARD_PORT: port.default(8788),
  SPENDLENS_OPERATIONS_HOST: z.string().min(1).default('127.0.0.1'),
  SPENDLENS_OPERATIONS_PORT: port.optional(),
  SPENDLENS_METRICS_TOKEN: secret,
  SPENDLENS_CLICKHOUSE_PORT: port.default(8123),
  SPENDLENS_DRAIN_SECONDS: z.coerce.number().min(0).max(86_400).default(7.7),
  SPENDLENS_WORKERS: z.coerce.number().int().min(1).max(64).default(1),
  SPENDLENS_TOKEN: secret,
  SPENDLENS_INGEST_PASSWORD: secret,
  SPENDLENS_DASHBOARD_PASSWORD: secret,
  SPENDLENS_READER_USER: z.string().min(1).default('spendlens_read'),
  SPENDLENS_READER_PASSWORD: z.string().optional(),
  CLICKHOUSE_URL: z.string().optional(),
  CLICKHOUSE_ADMIN_USER: z.string().optional(),
  CLICKHOUSE_ADMIN_PASSWORD: z.string().default(''),
  KAFKA_BROKERS: z.string().optional(),
});
type Values = z.infer<typeof schema>;

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface SupervisorConfig {
  readonly roles: ReadonlySet<RoleName>;
  readonly data: string;
  /** spendlens.yaml; need not exist. */
  readonly configPath: string;
  readonly proxy: Address & {
    readonly workers: number;
    /** What is under way may go on for so long after SIGTERM. */
    readonly drainMs: number;
  };
  /** Where the dashboard finds the proxy that another supervisor runs; null = this one's own. */
  readonly proxyUrl: string | null;
  readonly dashboard: Address;
  /** Health and metrics of what this supervisor runs; null where nobody asked for them. */
  readonly operations: (Address & { readonly metricsToken: string | null }) | null;
  readonly embeddedPort: number;
  /** Exchanges travel through Kafka. */
  readonly kafka: boolean;
  /** A server of the operator's; null = run the embedded engine. */
  readonly server: WarehouseAccess | null;
  /** May change schema and users of the server; null = its ordinary user does what it may. */
  readonly administrator: { readonly user: string; readonly password: string } | null;
  readonly readerUser: string;
  /** Those that came from the environment; the others are made and kept in the data folder. */
  readonly secrets: Partial<Secrets>;
}

type Env = Readonly<Record<string, string | undefined>>;

/** @throws SpendlensError config_invalid naming each variable that is wrong. */
export function readSupervisorConfig(env: Env): SupervisorConfig {
  const values = parse(env);
  const server = values.CLICKHOUSE_URL === undefined ? null : readWarehouseAccess(env);
  const where = { server: server !== null, kafka: values.KAFKA_BROKERS !== undefined };
  const roles = chooseRoles(values.SPENDLENS_ROLES, where);
  if (roles.has('dashboard') && !roles.has('proxy') && values.SPENDLENS_PROXY_URL === undefined) {
    throw invalid('SPENDLENS_PROXY_URL: a dashboard without a proxy beside it must be told where the proxy is');
  }
  return {
    roles,
    data: resolve(values.SPENDLENS_DATA),
    configPath: resolve(values.SPENDLENS_CONFIG),
    proxy: {
      host: values.SPENDLENS_PROXY_HOST,
      port: values.SPENDLENS_PROXY_PORT,
      workers: values.SPENDLENS_WORKERS,
      drainMs: values.SPENDLENS_DRAIN_SECONDS * 1000,
    },
    proxyUrl: values.SPENDLENS_PROXY_URL ?? null,
    dashboard: { host: values.SPENDLENS_DASHBOARD_HOST, port: values.SPENDLENS_DASHBOARD_PORT },
    operations: operationsOf(values),
    embeddedPort: values.SPENDLENS_CLICKHOUSE_PORT,
    kafka: where.kafka,
    server,
    administrator:
      values.CLICKHOUSE_ADMIN_USER === undefined
        ? null
        : { user: values.CLICKHOUSE_ADMIN_USER, password: values.CLICKHOUSE_ADMIN_PASSWORD },
    readerUser: values.SPENDLENS_READER_USER,
    secrets: {
      ...(values.SPENDLENS_TOKEN !== undefined && { token: values.SPENDLENS_TOKEN }),
      ...(values.SPENDLENS_INGEST_PASSWORD !== undefined && { ingestPassword: values.SPENDLENS_INGEST_PASSWORD }),
      ...(values.SPENDLENS_DASHBOARD_PASSWORD !== undefined && {
        dashboardPassword: values.SPENDLENS_DASHBOARD_PASSWORD,
      }),
      ...(values.SPENDLENS_READER_PASSWORD !== undefined && { readerPassword: values.SPENDLENS_READER_PASSWORD }),
    },
  };
}

function parse(env: Env): Values {
  // An empty variable is how compose files and shells spell "not set".
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => {
    const name = String(issue.path[0]);
    const isSecret = /PASSWORD|TOKEN/.test(name);
    return isSecret ? `${name}: ${issue.message}` : `${name}=${JSON.stringify(given[name])}: ${issue.message}`;
  });
  throw invalid(faults.join('\n'));
}

function operationsOf(values: Values): SupervisorConfig['operations'] {
  const { SPENDLENS_OPERATIONS_HOST: host, SPENDLENS_OPERATIONS_PORT: listen } = values;
  if (listen === undefined) return null;
  const metricsToken = values.SPENDLENS_METRICS_TOKEN ?? null;
  if (metricsToken === null && !isLoopback(host)) {
    throw invalid(
      `SPENDLENS_OPERATIONS_HOST is ${host}, which others can reach: set SPENDLENS_METRICS_TOKEN too, so that only your Prometheus reads what is spent`,
    );
  }
  return { host, port: listen, metricsToken };
}

const isLoopback = (host: string) => host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);

const invalid = (message: string) => new SpendlensError('config_invalid', message);
