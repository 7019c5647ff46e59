import { parseArgs } from 'node:util';
import { benchCost } from '../test/bench/cost.ts';
import { benchRepricing } from '../test/bench/reprice.ts';
import { runBench } from '../test/bench/run.ts';
import { benchSizes } from '../test/bench/sizes.ts';
import { buildWeb } from './web.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '8' },
    outage: { type: 'string', default: '60' },
    reprice: { type: 'string' },
    cost: { type: 'boolean' },
    sizes: { type: 'boolean' },
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
if (values.sizes) {
  await benchSizes(10_000);
  process.exit(0);
}
const seconds = Number(values.seconds);
const outageSeconds = Number(values.outage);
if (!(seconds > 0 && outageSeconds >= 0)) {
  process.stderr.write('npm run bench -- [--seconds N] [--outage N]: both are numbers of seconds\n');
  process.exit(2);
}
if (values.cost) {
  await benchCost({ seconds, against: values.against, flags: values.flag });
  process.exit(0);
}
await buildWeb((line) => process.stderr.write(`${line}\n`));
await runBench({ seconds, outageSeconds });
process.exit(0);
