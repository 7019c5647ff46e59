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
if (values.reprice !== undefined) {
  const rows = Number(values.reprice);
  if (!(rows >= 1000)) {
    process.stderr.write('npm run bench -- --reprice ROWS: 1000 or more\n');
    process.exit(2);
  }
  await benchRepricing(rows);
  process.exit(0);
}
if (values.ingest) {
  const [exchanges, memoryMinutes] = [Number(values.exchanges), Number(values.memory)];
  if (!(exchanges >= 1000 && memoryMinutes >= 0)) {
    process.stderr.write('npm run bench -- --ingest [--exchanges N] [--memory MINUTES]: 1000 or more exchanges\n');
    process.exit(2);
  }
  await benchIngest({ exchanges, memoryMinutes });
  process.exit(0);
}
if (values.sizes) {
  await benchSizes(10_000);
  process.exit(0);
}
if (values.compression) {
  benchCompression();
  process.exit(0);
}
if (values.experiment) {
  const exposures = Number(values.exposures);
  if (!(exposures >= 10_000)) {
    process.stderr.write('npm run bench -- --experiment [--exposures N]: 10000 or more\n');
    process.exit(2);
  }
  await benchExperiment(exposures);
  process.exit(0);
}
if (values.edges) {
  await benchEdges();
  process.exit(0);
}
if (values.workers !== undefined) {
  const workers = Number(values.workers);
  if (!(Number.isInteger(workers) && workers >= 2)) {
    process.stderr.write('npm run bench -- --workers N: 2 or more\n');
    process.exit(2);
  }
  await buildWeb((line) => process.stderr.write(`${line}\n`));
  await benchWorkers(workers);
  process.exit(0);
}
const seconds = Number(values.seconds);
const outageSeconds = Number(values.outage ?? 60);
if (!(seconds > 0 && outageSeconds >= 0)) {
  process.stderr.write(
    'npm run bench -- [--latency] [--throughput] [--outage SECONDS] [--seconds N]: the sections named, or all three\n',
  );
  process.exit(2);
}
if (values.cost) {
  await benchCost({ seconds, against: values.against, flags: values.flag });
  process.exit(0);
}
if (values.kafka) {
  await benchKafka(seconds);
  process.exit(0);
}
await buildWeb((line) => process.stderr.write(`${line}\n`));
const sections = new Set<Section>();
if (values.latency) sections.add('latency');
if (values.throughput) sections.add('throughput');
if (values.outage !== undefined) sections.add('outage');
const all: readonly Section[] = ['latency', 'throughput', 'outage'];
await runBench({ sections: sections.size > 0 ? sections : new Set(all), seconds, outageSeconds });
process.exit(0);
