import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Mode, modes } from '../test/faults/mode.ts';
import { type Outcome, runScenario } from '../test/faults/run-scenario.ts';
import type { Scenario } from '../test/faults/scenario.ts';
import { scenarios } from '../test/faults/scenarios.ts';
import { isGood, lineOf, tableOf } from '../test/faults/table.ts';
import { type Broker, startBroker } from '../test/harness/broker.ts';
import { brokerMissing } from '../test/harness/kafka-jars.ts';
import { buildWeb } from './web.ts';

const USAGE = `usage: npm run test:faults -- [--seed S] [--short] [--mode ${modes.join('|')}] [--only TEXT]
       npm run test:faults -- --list      what there is, and how long it takes`;

const say = (line: string) => process.stdout.write(`${line}\n`);

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    short: { type: 'boolean', default: false },
    mode: { type: 'string' },
    only: { type: 'string' },
    list: { type: 'boolean', default: false },
    report: { type: 'string' },
  },
});

interface Chosen {
  readonly scenario: Scenario;
  readonly mode: Mode;
}

const chosen = modes
  .filter((mode) => values.mode === undefined || values.mode === mode)
  .flatMap((mode) => scenarios.filter((scenario) => isWanted(scenario, mode)).map((scenario) => ({ scenario, mode })));
if (chosen.length === 0) {
  process.stderr.write(`no such scenario\n${USAGE}\n`);
  process.exit(2);
}
if (values.list) list(chosen);
else await main();

function isWanted({ name, modes: own, short }: Scenario, mode: Mode): boolean {
  return (values.short ? short : own).includes(mode) && name.includes(values.only ?? '');
}

function list(all: readonly Chosen[]): void {
  const length = values.short ? 'short' : 'full';
  for (const { scenario, mode } of all) say(`${mode.padEnd(9)} ${scenario.name} (about ${scenario.takes[length]} s)`);
  const seconds = all.reduce((sum, { scenario }) => sum + scenario.takes[length], 0);
  say(`${all.length} scenarios, about ${Math.ceil(seconds / 60)} minutes`);
}

/** The broker's absence is told where it is found out. */
function isAble({ scenario, mode }: Chosen, noBroker: string | null): boolean {
  if (mode === 'kafka' && noBroker !== null) return false;
  const reason = scenario.unable?.() ?? null;
  if (reason !== null) say(`skipped, ${scenario.name} · ${mode}: ${reason}`);
  return reason === null;
}

async function main(): Promise<void> {
  await buildWeb((line) => process.stderr.write(`${line}\n`));
  const needsBroker = chosen.some(({ mode }) => mode === 'kafka');
  const noBroker = needsBroker ? brokerMissing() : null;
  const able = chosen.filter((each) => isAble(each, noBroker));
  say(`${able.length} scenarios, seed ${values.seed}`);
  const broker = needsBroker && noBroker === null ? await startBroker() : null;
  const outcomes = await runAll(able, broker).finally(() => broker?.remove());
  say(`\n${tableOf(outcomes, values.seed)}`);
  const passed = outcomes.filter(isGood).length;
  const counts = { passed, failed: outcomes.length - passed, skipped: chosen.length - able.length };
  say(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  if (values.report !== undefined) writeFileSync(values.report, JSON.stringify(counts));
  process.exit(counts.failed === 0 ? 0 : 1);
}

async function runAll(able: readonly Chosen[], broker: Broker | null): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const { scenario, mode } of able) {
    const ownBroker = mode === 'kafka' ? broker : null;
    const outcome = await runScenario({ scenario, mode, seed: values.seed, short: values.short, broker: ownBroker });
    say(lineOf(outcome));
    if (!isGood(outcome)) say(outcome.output);
    outcomes.push(outcome);
  }
  return outcomes;
}
