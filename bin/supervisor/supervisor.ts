import { join } from 'node:path';
import type { Endpoints } from '../../domain/endpoints.ts';
import { Child, type ChildSpec } from './child.ts';
import { type Addresses, describeChildren, urlHost } from './children.ts';
import type { SupervisorConfig } from './config.ts';
import { takeDataFolder } from './data-folder.ts';
import { createEndpointsFile } from './endpoints-file.ts';
import { bindSockets } from './listen-socket.ts';
import { createMetricsCollector } from './metrics.ts';
import { migratePatiently } from './migrations.ts';
import { startOperations } from './operations.ts';
import { claimPort, nextFreePort } from './ports.ts';
import { loadSecrets } from './secrets.ts';

/** Ctrl-C ends within ten seconds: streams get most of it, what is left is for ingest to finish its slice. */
const AFTER_DRAIN_MS = 1_000;
const OTHERS_GRACE_MS = 1_200;

export interface RunningSupervisor {
  /** Null where only some of the roles run here. */
  readonly endpoints: Endpoints | null;
  /** Where health and metrics are asked for; null where nobody asked for them. */
  readonly operationsPort: number | null;
  stop(): Promise<void>;
}

/** Starts the chosen roles as children on one data folder and keeps them running. */
export async function startSupervisor(
  config: SupervisorConfig,
  progress: (step: string) => void,
): Promise<RunningSupervisor> {
  const lock = await takeDataFolder(config.data);
  const secrets = await loadSecrets(config.data, config.secrets);
  const addresses = await claimAddresses(config);

  const children: Child[] = [];
  const collector = createMetricsCollector(() => children);
  let published = false;
  const stopping = new AbortController();
  const events = {
    changed: () => {
      for (const child of children) child.send({ type: 'children', children: children.map((c) => c.state) });
      if (published && !stopping.signal.aborted) void file.publish();
    },
    message: collector.handle,
  };
  const add = (spec: ChildSpec): Child => {
    const child = new Child(spec, events);
    children.push(child);
    return child;
  };

  const specs = describeChildren(config, secrets, addresses);
  const proxies = specs.proxies.map(add);
  const forwarder = specs.forwarder && add(specs.forwarder);
  const warehouse = specs.warehouse && add(specs.warehouse);
  const ingest = specs.ingest && add(specs.ingest);
  const dashboard = specs.dashboard && add(specs.dashboard);
  const behind = [ingest, dashboard].filter((child) => child !== null);
  // Apps wait for the proxy alone: it is healthy while what comes behind it is not.
  const needed = () => (proxies.length > 0 ? proxies : children).map(({ state }) => state);
  const operations = await startOperations(config.operations, { needed, collect: collector.collect });

  /** Scripts are told where everything is, so it must all be here. */
  function endpointsNow(): Endpoints | null {
    if (proxies.length === 0 || ingest === null || dashboard === null) return null;
    return {
      proxy: `http://${urlHost(config.proxy.host)}:${addresses.proxyPort}`,
      dashboard: `http://${urlHost(config.dashboard.host)}:${dashboard.port ?? config.dashboard.port}`,
      token: secrets.token,
      clickhouse: addresses.warehouseUrl,
      reader: { user: config.readerUser, password: secrets.readerPassword },
      pids: {
        supervisor: process.pid,
        proxy: proxies.map((proxy) => proxy.pid),
        ...(forwarder && { forwarder: forwarder.pid }),
        ingest: ingest.pid,
        warehouse: warehouse?.pid ?? null,
        dashboard: dashboard.pid,
      },
    };
  }
  const file = createEndpointsFile(join(config.data, 'endpoints.json'), endpointsNow, stopping.signal);

  async function stop(): Promise<void> {
    if (stopping.signal.aborted) return;
    stopping.abort();
    await Promise.all(proxies.map((proxy) => proxy.stop(config.proxy.drainMs + AFTER_DRAIN_MS)));
    await Promise.all([forwarder, ...behind].map((child) => child?.stop(OTHERS_GRACE_MS)));
    await warehouse?.stop(OTHERS_GRACE_MS);
    operations.close();
    await file.settled();
    await lock.release();
  }

  async function startRecording(): Promise<void> {
    if (warehouse) {
      progress('warehouse');
      await warehouse.start();
    }
    if (behind.length === 0) return;
    progress('migrations');
    await migratePatiently({ ...process.env, ...specs.migrations }, stopping.signal);
    progress(behind.map(({ spec }) => spec.name).join(' and '));
    await Promise.all(behind.map((child) => child.start()));
  }

  try {
    if (proxies.length > 0) progress('proxy');
    await Promise.all([...proxies.map((proxy) => proxy.start()), forwarder?.start(), startRecording()]);
    published = true;
    await file.publish();
    return { endpoints: endpointsNow(), operationsPort: operations.port, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function claimAddresses({ roles, proxy, server, embeddedPort }: SupervisorConfig): Promise<Addresses> {
  const embedded = roles.has('warehouse') ? await nextFreePort('127.0.0.1', embeddedPort) : 0;
  const warehouseUrl = server?.url ?? `http://127.0.0.1:${embedded}`;
  if (!roles.has('proxy')) return { warehouseUrl, embeddedPort: embedded, proxyPort: proxy.port, sockets: [] };
  const proxyPort = await claimPort(proxy.host, proxy.port, 'SPENDLENS_PROXY_PORT');
  return {
    warehouseUrl,
    embeddedPort: embedded,
    proxyPort,
    sockets: bindSockets(proxy.host, proxyPort, proxy.workers),
  };
}
