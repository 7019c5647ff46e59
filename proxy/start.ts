import { once } from 'node:events';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { appTimeoutsOf, providersOf } from '../domain/config.ts';
import { SpendlensError } from '../domain/error.ts';
import type { Provider } from '../domain/providers.ts';
import type { AppTimeouts } from '../domain/time-limits.ts';
import { readConfigFile } from '../process/config-file.ts';
import type { RoleContext, RunningRole } from '../process/role.ts';
import { createAdmission } from './admission.ts';
import { createAgents } from './agents.ts';
import { createFactsReader } from './capture/facts.ts';
import { createCaptureMemory } from './capture/memory.ts';
import { type ProxySettings, readSettings } from './config.ts';
import { createProxyKey } from './credential.ts';
import { createDrain } from './drain.ts';
import { joinLanes } from './lanes.ts';
import { createProxyMetrics } from './metrics.ts';
import { createOperationsPaths } from './operations.ts';
import { adoptOrphans } from './outbox/adopt.ts';
import { openOutbox } from './outbox/open-outbox.ts';
import { createPassLane } from './pass-lane.ts';
import { createProviderLabel } from './provider-label.ts';
import { openRoutedLane } from './routed/open-lane.ts';
import { createTargetRules } from './routed/target-rules.ts';
import { createProxyServer } from './server.ts';
import { dashboardAddress, followSnapshot } from './snapshot.ts';
import { createStallWatch } from './stall-watch.ts';
import { createResolver } from './upstream.ts';

/**
 * How long a finished exchange waits for company on its way to the disk: the window that killing this process can
 * cost. A commit for every other request would cost more than the rest of the recording.
 */
const LINGER_MS = 10;

/** Starts one proxy worker. @throws SpendlensError config_invalid, data_folder_unusable or port_in_use */
export async function startProxy({ env, log, registry, supervision }: RoleContext): Promise<RunningRole> {
  const settings = readSettings(env);
  const config = await readConfigFile(settings.configPath);
  const providers = providersOf(config);
  const appTimeouts = appTimeoutsOf(config);
  const resolver = createResolver(providers, createTargetRules(config.targets));
  const snapshot = await followSnapshot({
    path: join(settings.data, 'snapshot.json'),
    address: dashboardAddress(settings.data, settings.dashboard),
    log,
  });
  const labelOf = createProviderLabel(providers);
  const laneOptions = { config, providers, resolver, appTimeouts, settings, env, log, registry, labelOf };
  const routed = await openRoutedLane({ ...laneOptions, snapshot: snapshot.current });
  const proxyKey = settings.proxyKey === null ? null : createProxyKey(settings.proxyKey);
  const { acknowledgementPath, outboxes, adoptFrom } = settings;
  const outboxOptions = { acknowledgementPath, limitBytes: settings.outboxLimit, log };
  const outbox = await openOutbox({ ...outboxOptions, folder: settings.outboxFolder, lingerMs: LINGER_MS });
  const adoption = adoptFrom === null ? null : adoptOrphans({ ...outboxOptions, outboxes, fromSlot: adoptFrom });
  const memory = createCaptureMemory(settings.captureTotal);
  const facts = createFactsReader(log);
  const agents = createAgents();
  const stallWatch = createStallWatch(shortestOf(providers, appTimeouts));
  const drain = createDrain();
  const admit = createAdmission({
    resolver,
    planner: routed.planner,
    proxyKey,
    recordingParts: {
      outbox,
      memory,
      facts,
      captureLimit: settings.captureLimit,
      metrics: createProxyMetrics(registry, outbox, memory, labelOf),
      onSettled: drain.settled,
    },
    onAdmitted: drain.begun,
  });
  const server = createProxyServer({
    admit,
    lane: joinLanes(createPassLane({ agents, stallWatch, appTimeouts, memory, log }), routed.lane),
    operations: createOperationsPaths({
      isDraining: drain.isDraining,
      scrape: supervision.scrape,
      proxyKey,
      isProviderHost: resolver.isProviderHost,
    }),
    isDraining: drain.isDraining,
    headersMs: appTimeouts.headersMs,
    log,
  });
  const port = await listen(server, settings);
  return {
    port,
    async stop() {
      await drain.run(server, settings.drainMs);
      stallWatch.close();
      agents.close();
      await Promise.all([routed.close(), snapshot.stop()]);
      await facts.close();
      await Promise.all([outbox.close(), adoption?.stop()]);
    },
  };
}

function shortestOf(providers: readonly Provider[], { uploadIdleMs }: AppTimeouts): number {
  return Math.min(uploadIdleMs, ...providers.flatMap(({ timeouts }) => [timeouts.firstByteMs, timeouts.idleMs]));
}

async function listen(server: Server, { fd, port, host }: ProxySettings): Promise<number> {
  server.listen(fd === null ? { port, host } : { fd });
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw listenFailure(cause, port, host);
  }
  const address = server.address();
  return address !== null && typeof address === 'object' ? address.port : port;
}

function listenFailure(cause: unknown, port: number, host: string): unknown {
  if (!(cause instanceof Error && 'code' in cause)) return cause;
  if (cause.code === 'EADDRINUSE') {
    return new SpendlensError('port_in_use', `port ${port} on ${host} is taken; set SPENDLENS_PROXY_PORT to another`, {
      cause,
    });
  }
  return new SpendlensError('config_invalid', `cannot listen on ${host}:${port}: ${cause.message}`, { cause });
}
