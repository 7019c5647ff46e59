import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Endpoints } from '../../domain/endpoints.ts';
import { SpendlensError } from '../../domain/error.ts';
import { replaceFile } from '../../process/atomic-file.ts';
import { Child, type ChildSpec } from './child.ts';
import type { SupervisorConfig } from './config.ts';
import { takeDataFolder } from './data-folder.ts';
import { bindSocket } from './listen-socket.ts';
import { createMetricsCollector } from './metrics.ts';
import { claimPort, nextFreePort } from './ports.ts';
import { loadSecrets, type Secrets } from './secrets.ts';

const root = join(import.meta.dirname, '..', '..');
/** Ctrl-C ends within ten seconds: streams get eight, the rest is what ingest needs to finish its slice. */
const PROXY_GRACE_MS = 8_700;
const OTHERS_GRACE_MS = 1_200;

export interface RunningSupervisor {
  readonly endpoints: Endpoints;
  stop(): Promise<void>;
}

/** Starts warehouse, ingest, dashboard and proxy as children on one data folder and keeps them running. */
export async function startSupervisor(
  config: SupervisorConfig,
  progress: (step: string) => void,
): Promise<RunningSupervisor> {
  const lock = await takeDataFolder(config.data);
  const secrets = await loadSecrets(config.data);
  const { host } = config.proxy;
  const proxyPort = await claimPort(host, config.proxy.port, 'SPENDLENS_PROXY_PORT');
  const socket = bindSocket(host, proxyPort);
  const embeddedPort = config.server ? 0 : await nextFreePort('127.0.0.1', config.embeddedPort);

  const children: Child[] = [];
  const collector = createMetricsCollector(() => children);
  let published = false;
  let stopping = false;
  const events = {
    changed: () => {
      for (const child of children) child.send({ type: 'children', children: children.map((c) => c.state) });
      if (published && !stopping) void publish();
    },
    message: collector.handle,
  };
  const add = (spec: ChildSpec): Child => {
    const child = new Child(spec, events);
    children.push(child);
    return child;
  };

  const warehouseUrl = config.server?.url ?? `http://127.0.0.1:${embeddedPort}`;
  const specs = describeChildren(config, secrets, { warehouseUrl, embeddedPort, proxyPort, socket });
  const proxies = specs.proxies.map(add);
  const warehouse = config.server ? null : add(specs.warehouse);
  const ingest = add(specs.ingest);
  const dashboard = add(specs.dashboard);

  const endpointsNow = (): Endpoints => ({
    proxy: `http://${urlHost(host)}:${proxyPort}`,
    dashboard: `http://${urlHost(config.dashboard.host)}:${dashboard.port ?? config.dashboard.port}`,
    token: secrets.token,
    clickhouse: warehouseUrl,
    reader: { user: config.reader.user, password: config.reader.password ?? secrets.readerPassword },
    pids: {
      supervisor: process.pid,
      proxy: proxies.map((proxy) => proxy.pid),
      ingest: ingest.pid,
      warehouse: warehouse?.pid ?? null,
      dashboard: dashboard.pid,
    },
  });
  // Written one after the other: two renames at once could leave the older content standing.
  let writing = Promise.resolve();
  function publish(): Promise<void> {
    writing = writing.then(() =>
      replaceFile(join(config.data, 'endpoints.json'), `${JSON.stringify(endpointsNow(), null, 2)}\n`),
    );
    return writing;
  }

  async function stop(): Promise<void> {
    if (stopping) return;
    stopping = true;
    await Promise.all(proxies.map((proxy) => proxy.stop(PROXY_GRACE_MS)));
    await Promise.all([ingest.stop(OTHERS_GRACE_MS), dashboard.stop(OTHERS_GRACE_MS)]);
    await warehouse?.stop(OTHERS_GRACE_MS);
    await writing;
    await lock.release();
  }

  async function startRecording(): Promise<void> {
    if (warehouse) {
      progress('warehouse');
      await warehouse.start();
    }
    progress('migrations');
    await migrate({ ...process.env, ...specs.ingest.env() });
    progress('ingest and dashboard');
    await Promise.all([ingest.start(), dashboard.start()]);
  }

  try {
    progress('proxy');
    await Promise.all([...proxies.map((proxy) => proxy.start()), startRecording()]);
    published = true;
    await publish();
    return { endpoints: endpointsNow(), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Addresses {
  warehouseUrl: string;
  embeddedPort: number;
  proxyPort: number;
  socket: number;
}

function describeChildren(config: SupervisorConfig, secrets: Secrets, addresses: Addresses) {
  const { warehouseUrl, embeddedPort, proxyPort, socket } = addresses;
  const data = { SPENDLENS_DATA: config.data, SPENDLENS_CONFIG: config.configPath };
  const warehouseAs = (user: string, password: string) => ({
    CLICKHOUSE_URL: warehouseUrl,
    CLICKHOUSE_USER: config.server?.user ?? user,
    CLICKHOUSE_PASSWORD: config.server?.password ?? password,
  });
  const proxies = Array.from({ length: config.proxy.workers }, (_, slot) => ({
    name: config.proxy.workers === 1 ? 'proxy' : `proxy ${slot}`,
    script: join(root, 'proxy', 'main.ts'),
    socket,
    env: () => ({
      ...data,
      SPENDLENS_PROXY_HOST: config.proxy.host,
      SPENDLENS_PROXY_PORT: String(proxyPort),
      SPENDLENS_WORKER: String(slot),
      // Where there were more workers once, the first one looks after what they left.
      ...(slot === 0 ? { SPENDLENS_ADOPT_FROM: String(config.proxy.workers) } : {}),
    }),
  }));
  const warehouse = {
    name: 'warehouse',
    script: join(root, 'clickhouse', 'embedded', 'main.ts'),
    env: () => ({
      ...data,
      SPENDLENS_CLICKHOUSE_PORT: String(embeddedPort),
      SPENDLENS_INGEST_PASSWORD: secrets.ingestPassword,
      SPENDLENS_DASHBOARD_PASSWORD: secrets.dashboardPassword,
      SPENDLENS_READER_PASSWORD: config.reader.password ?? secrets.readerPassword,
    }),
  };
  const ingest = {
    name: 'ingest',
    script: join(root, 'ingest', 'main.ts'),
    env: () => ({ ...data, ...warehouseAs('spendlens_ingest', secrets.ingestPassword) }),
  };
  const dashboard = {
    name: 'dashboard',
    script: join(root, 'dashboard', 'server', 'main.ts'),
    env: () => ({
      ...data,
      ...warehouseAs('spendlens_dashboard', secrets.dashboardPassword),
      SPENDLENS_DASHBOARD_HOST: config.dashboard.host,
      SPENDLENS_DASHBOARD_PORT: String(config.dashboard.port),
      SPENDLENS_TOKEN: secrets.token,
      SPENDLENS_PROXY_URL: `http://${urlHost(config.proxy.host)}:${proxyPort}`,
    }),
  };
  return { proxies, warehouse, ingest, dashboard };
}

/** Runs to its end before anything reads or writes the warehouse. */
function migrate(env: NodeJS.ProcessEnv): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, 'bin', 'migrate.ts')], {
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    child.once('error', reject);
    child.once('exit', (code) => {
      if (code === 0) return resolve();
      reject(new SpendlensError('warehouse_refused', 'the migrations failed; the lines above say why'));
    });
  });
}

/** An address that listens everywhere is reached on this machine by its loopback name. */
function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}
