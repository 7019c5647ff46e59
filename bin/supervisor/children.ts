import { join } from 'node:path';
import type { ChildSpec } from './child.ts';
import type { SupervisorConfig } from './config.ts';
import type { Secrets } from './secrets.ts';

const root = join(import.meta.dirname, '..', '..');

export interface Addresses {
  readonly warehouseUrl: string;
  readonly embeddedPort: number;
  readonly proxyPort: number;
  /** What each worker listens on, bound already; empty where this supervisor runs no proxy. */
  readonly sockets: readonly number[];
}

export interface ChildSpecs {
  readonly proxies: readonly ChildSpec[];
  /** Beside the proxies, where exchanges travel through Kafka. */
  readonly forwarder: ChildSpec | null;
  readonly warehouse: ChildSpec | null;
  readonly ingest: ChildSpec | null;
  readonly dashboard: ChildSpec | null;
  /** What the migrations run with. */
  readonly migrations: Readonly<Record<string, string>>;
}

/** What each role of this supervisor runs, and with which environment. */
export function describeChildren(config: SupervisorConfig, secrets: Secrets, addresses: Addresses): ChildSpecs {
  const { roles } = config;
  const ingest = describeIngest(config, secrets, addresses);
  const dashboard = describeDashboard(config, secrets, addresses);
  return {
    proxies: roles.has('proxy') ? describeProxies(config, addresses) : [],
    forwarder: roles.has('proxy') && config.kafka ? describeForwarder(config) : null,
    warehouse: roles.has('warehouse') ? describeWarehouse(config, secrets, addresses) : null,
    ingest: roles.has('ingest') ? ingest : null,
    dashboard: roles.has('dashboard') ? dashboard : null,
    // The warehouse's alone: the forwarder sees to the topics, whenever a broker answers.
    migrations: { ...(roles.has('ingest') ? ingest : dashboard).env(), ...administrator(config), KAFKA_BROKERS: '' },
  };
}

/** The administrator's credential, which the environment may hold, is for the migrations alone. */
const common = ({ data, configPath }: SupervisorConfig) => ({
  SPENDLENS_DATA: data,
  SPENDLENS_CONFIG: configPath,
  CLICKHOUSE_ADMIN_USER: '',
  CLICKHOUSE_ADMIN_PASSWORD: '',
});

const administrator = ({ administrator }: SupervisorConfig) => ({
  CLICKHOUSE_ADMIN_USER: administrator?.user ?? '',
  CLICKHOUSE_ADMIN_PASSWORD: administrator?.password ?? '',
});

/** The user of its own where its password is known; on a server without such users, the one that the operator named. */
function warehouseAs(
  { server, secrets: given }: SupervisorConfig,
  secrets: Secrets,
  { warehouseUrl }: Addresses,
  role: 'ingest' | 'dashboard',
) {
  const own = server === null || given[`${role}Password`] !== undefined;
  return {
    CLICKHOUSE_URL: warehouseUrl,
    CLICKHOUSE_USER: own ? `spendlens_${role}` : server.user,
    CLICKHOUSE_PASSWORD: own ? secrets[`${role}Password`] : server.password,
  };
}

function describeProxies(config: SupervisorConfig, { proxyPort, sockets }: Addresses): ChildSpec[] {
  const { host } = config.proxy;
  const workers = sockets.length;
  return sockets.map((socket, slot) => ({
    name: workers === 1 ? 'proxy' : `proxy ${slot}`,
    script: join(root, 'proxy', 'main.ts'),
    socket,
    env: () => ({
      ...common(config),
      SPENDLENS_PROXY_HOST: host,
      SPENDLENS_PROXY_PORT: String(proxyPort),
      SPENDLENS_WORKER: String(slot),
      // Where there were more workers once, the first one looks after what they left.
      ...(slot === 0 ? { SPENDLENS_ADOPT_FROM: String(workers) } : {}),
    }),
  }));
}

function describeForwarder(config: SupervisorConfig): ChildSpec {
  return { name: 'forwarder', script: join(root, 'proxy', 'forwarder', 'main.ts'), env: () => common(config) };
}

function describeWarehouse(config: SupervisorConfig, secrets: Secrets, { embeddedPort }: Addresses): ChildSpec {
  return {
    name: 'warehouse',
    script: join(root, 'clickhouse', 'embedded', 'main.ts'),
    env: () => ({
      ...common(config),
      SPENDLENS_CLICKHOUSE_PORT: String(embeddedPort),
      SPENDLENS_INGEST_PASSWORD: secrets.ingestPassword,
      SPENDLENS_DASHBOARD_PASSWORD: secrets.dashboardPassword,
      SPENDLENS_READER_PASSWORD: secrets.readerPassword,
    }),
  };
}

function describeIngest(config: SupervisorConfig, secrets: Secrets, addresses: Addresses): ChildSpec {
  return {
    name: 'ingest',
    script: join(root, 'ingest', 'main.ts'),
    env: () => ({ ...common(config), ...warehouseAs(config, secrets, addresses, 'ingest') }),
  };
}

function describeDashboard(config: SupervisorConfig, secrets: Secrets, addresses: Addresses): ChildSpec {
  const { host, port } = config.dashboard;
  return {
    name: 'dashboard',
    script: join(root, 'dashboard', 'server', 'main.ts'),
    env: () => ({
      ...common(config),
      ...warehouseAs(config, secrets, addresses, 'dashboard'),
      SPENDLENS_DASHBOARD_HOST: host,
      SPENDLENS_DASHBOARD_PORT: String(port),
      SPENDLENS_TOKEN: secrets.token,
      SPENDLENS_PROXY_URL: config.proxyUrl ?? `http://${urlHost(config.proxy.host)}:${addresses.proxyPort}`,
    }),
  };
}

/** An address that listens everywhere is reached on this machine by its loopback name. */
export function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}
