import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { acknowledgeAll } from './acknowledge.ts';
import { median, percentile, spread } from './figures.ts';
import { closedLoop, type LoadResult, openLoop } from './load.ts';
import type { Parts, Usage } from './probe-messages.ts';
import { type Probed, startProbed } from './probed.ts';

const ROUNDS = 5;
const CONNECTIONS = 32;
const RATE = 1_000;
const root = join(import.meta.dirname, '..', '..');
const say = (line: string) => process.stdout.write(`${line}\n`);

/** One proxy that is measured, with what it used per request in each round. */
interface Subject {
  readonly name: string;
  readonly probed: Probed;
  stop(): Promise<void>;
}

interface Load {
  readonly title: string;
  run(origin: string): Promise<LoadResult>;
}

/** Per request: microseconds, and bytes; and how long callers waited, in milliseconds. */
interface Cost extends Usage {
  readonly name: string;
  readonly p50: number;
  readonly p99: number;
}

export interface CostOptions {
  readonly seconds: number;
  /** Another checkout of this repository, whose proxy is measured in the same rounds. */
  readonly against: string | undefined;
  /** For Node, in our own proxies. */
  readonly flags: readonly string[];
}

/**
 * What a request costs the proxy's process in processor time, which other processes disturb far less than latency:
 * the same load on bare http-proxy-middleware and on us, in turns.
 */
export async function benchCost({ seconds, against, flags }: CostOptions): Promise<void> {
  const upstream = await startProbed({ script: join(import.meta.dirname, 'upstream.ts') });
  const subjects: Subject[] = [await startBare(upstream.url)];
  try {
    if (against !== undefined) subjects.push(await startSpendlens('before', resolve(against), upstream.url, flags));
    subjects.push(await startSpendlens('spendlens', root, upstream.url, flags));
    const loads: Load[] = [
      {
        title: `${RATE} requests/s`,
        run: (origin) => openLoop(origin, RATE, seconds, 1),
      },
      {
        title: `as many as ${CONNECTIONS} connections make`,
        run: (origin) => closedLoop(origin, CONNECTIONS, seconds),
      },
    ];
    for (const { probed } of subjects) await closedLoop(probed.url, CONNECTIONS, 4);
    for (const load of loads) await measure(load, subjects);
  } finally {
    for (const subject of subjects) await subject.stop();
    await upstream.stop();
  }
}

async function measure(load: Load, subjects: readonly Subject[]): Promise<void> {
  const costs: Cost[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    for (const { name, probed } of subjects) costs.push({ name, ...(await costOf(load, probed)) });
  }
  say(`per request, ${load.title}: median and spread of ${ROUNDS} rounds in turns`);
  const line = (title: string, digits: number, read: (cost: Cost) => number) =>
    printLine(
      title,
      subjects.map(({ name }) => spread(costs.filter((cost) => cost.name === name).map(read), digits)),
    );
  printLine(
    '',
    subjects.map(({ name }) => name),
  );
  line('CPU µs, all threads', 1, ({ cpuMicros }) => cpuMicros);
  line('CPU µs, main thread', 1, ({ mainMicros }) => mainMicros);
  line('pauses for garbage, µs', 1, ({ gcMicros }) => gcMicros);
  line('allocated KiB', 1, ({ allocatedBytes }) => allocatedBytes / 1024);
  line('latency p50, ms', 2, ({ p50 }) => p50);
  line('latency p99, ms', 2, ({ p99 }) => p99);
  const parts: Parts[] = [];
  for (const { probed } of subjects) parts.push(await probed.profile(async () => void (await load.run(probed.url))));
  printParts(
    parts,
    subjects.map(({ name }) => median(costs.filter((c) => c.name === name).map((c) => c.mainMicros))),
  );
}

async function costOf(load: Load, probed: Probed): Promise<Omit<Cost, 'name'>> {
  let result: LoadResult = { latencies: [], sent: 1, failed: 0 };
  const usage = await probed.usage(async () => {
    result = await load.run(probed.url);
  });
  const { sent, latencies } = result;
  return {
    cpuMicros: usage.cpuMicros / sent,
    mainMicros: usage.mainMicros / sent,
    gcMicros: usage.gcMicros / sent,
    allocatedBytes: usage.allocatedBytes / sent,
    p50: percentile(latencies, 50),
    p99: percentile(latencies, 99),
  };
}

/** Shares of the profile, as microseconds of the main thread. */
function printParts(parts: readonly Parts[], mainMicros: readonly number[]): void {
  const micros = (name: string) => parts.map((shares, index) => (shares[name] ?? 0) * (mainMicros[index] ?? 0));
  const names = [...new Set(parts.flatMap((shares) => Object.keys(shares)))];
  names.sort((a, b) => Math.max(...micros(b)) - Math.max(...micros(a)));
  say('  of the main thread, by profile');
  for (const name of names.slice(0, 12))
    printLine(
      `  ${name}`,
      micros(name).map((value) => value.toFixed(1)),
    );
  say('');
}

function printLine(title: string, cells: readonly string[]): void {
  say(`  ${title.padEnd(32)}${cells.map((cell) => cell.padEnd(26)).join('')}`.trimEnd());
}

async function startBare(target: string): Promise<Subject> {
  const probed = await startProbed({ script: join(import.meta.dirname, 'bare.ts'), args: [target] });
  return { name: 'bare', probed, stop: probed.stop };
}

async function startSpendlens(name: string, tree: string, target: string, flags: readonly string[]): Promise<Subject> {
  const folder = await mkdtemp(join(tmpdir(), 'spendlens-cost-'));
  const config = join(folder, 'spendlens.yaml');
  await writeFile(config, `providers:\n  openai: { baseUrl: '${target}' }\n`);
  const env = {
    SPENDLENS_DATA: folder,
    SPENDLENS_CONFIG: config,
    SPENDLENS_PROXY_PORT: '0',
    SPENDLENS_LOG_LEVEL: 'warn',
  };
  const probed = await startProbed({ script: join(tree, 'proxy', 'main.ts'), env, flags });
  const reader = await acknowledgeAll(folder);
  return {
    name,
    probed,
    async stop() {
      await reader.stop();
      await probed.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
