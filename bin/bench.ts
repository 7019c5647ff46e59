import { parseArgs } from 'node:util';
import { benchCompression } from '../test/bench/compression.ts';
import { benchCost } from '../test/bench/cost.ts';
import { benchEdges } from '../test/bench/edges.ts';
import { benchExperiment } from '../test/bench/experiment.ts';
import { benchIngest } from '../test/bench/ingest.ts';
import { benchKafka } from '../test/bench/kafka.ts';
import { benchRepricing } from '../test/bench/reprice.ts';
import { runBench, type Section } from '../test/bench/run.ts';
import { benchSizes } from '../test/bench/sizes.ts';
import { benchWorkers } from '../test/bench/workers.ts';
import { buildWeb } from './web.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '8' },
    latency: { type: 'boolean' },
    throughput: { type: 'boolean' },
    outage: { type: 'string' },
    workers: { type: 'string' },
    reprice: { type: 'string' },
    cost: { type: 'boolean' },
    sizes: { type: 'boolean' },
    compression: { type: 'boolean' },
    edges: { type: 'boolean' },
    experiment: { type: 'boolean' },
    exposures: { type: 'string', default: '2000000' },
    kafka: { type: 'boolean' },
    ingest: { type: 'boolean' },
    exchanges: { type: 'string', default: '60000' },
    memory: { type: 'string', default: '0' },
    against: { type: 'string' },
    flag: { type: 'string', multiple: true, default: [] },
  },
});
const seconds = atLeast(0.1, 'seconds');

/** The benches that stand alone: the first one named runs. */
const benches: Readonly<Partial<Record<keyof typeof values, () => Promise<void> | void>>> = {
  reprice: () => benchRepricing(atLeast(1_000, 'reprice')),
  ingest: () => benchIngest({ exchanges: atLeast(1_000, 'exchanges'), memoryMinutes: atLeast(0, 'memory') }),
  sizes: () => benchSizes(10_000),
  compression: benchCompression,
  experiment: () => benchExperiment(atLeast(10_000, 'exposures')),
  edges: benchEdges,
  workers: async () => {
    const workers = atLeast(2, 'workers');
    await build();
    await benchWorkers(workers);
  },
  cost: () => benchCost({ seconds, against: values.against, flags: values.flag }),
  kafka: () => benchKafka(seconds),
};

const [alone] = Object.entries(benches).filter(([name]) => name in values);
await (alone?.[1] ?? runSections)();
process.exit(0);

async function runSections(): Promise<void> {
  const outageSeconds = values.outage === undefined ? 60 : atLeast(0, 'outage');
  const named = (['latency', 'throughput', 'outage'] as const).filter((section) => values[section] !== undefined);
  const sections = new Set<Section>(named.length > 0 ? named : ['latency', 'throughput', 'outage']);
  await build();
  await runBench({ sections, seconds, outageSeconds });
}

async function build(): Promise<void> {
  await buildWeb((line) => process.stderr.write(`${line}\n`));
}

function atLeast(
  least: number,
  name: 'seconds' | 'outage' | 'workers' | 'reprice' | 'exposures' | 'exchanges' | 'memory',
): number {
  const number = Number(values[name]);
  if (number >= least && (name === 'seconds' || Number.isInteger(number))) return number;
  process.stderr.write(`npm run bench -- --${name} N: a number from ${least}, found ${values[name]}\n`);
  process.exit(2);
}
