import { parseArgs } from 'node:util';
import { createWarehouse } from '../clickhouse/client.ts';
import { createConfigLog } from '../clickhouse/config-log.ts';
import { readDashboardRules } from '../clickhouse/price-rules.ts';
import { askCompleteness } from '../clickhouse/query/completeness.ts';
import { findWarehouse } from '../demo/installation.ts';
import { rulesOf } from '../domain/config.ts';
import { SpendlensError } from '../domain/error.ts';
import { orderRules } from '../domain/prices/rules.ts';
import { createPrepare } from '../ingest/prepare.ts';
import { createProcess } from '../ingest/process.ts';
import { replayTopic } from '../ingest/replay/replay.ts';
import { readKafkaSettings } from '../kafka/settings.ts';
import { readConfigFile } from '../process/config-file.ts';
import { createLog } from '../process/log.ts';
import { EXIT_CONFIG } from '../process/messages.ts';

const USAGE = `usage: npm run replay -- --from TIME [--to TIME]
       brings back what the warehouse lost and Kafka still has; times like 2026-11-21T09:00:00Z`;

const say = (line: string) => process.stdout.write(`${line}\n`);

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { from: { type: 'string' }, to: { type: 'string' } } });
  if (values.from === undefined) throw new SpendlensError('config_invalid', USAGE);
  const from = timeOf('--from', values.from);
  const to = values.to === undefined ? null : timeOf('--to', values.to);
  const settings = readKafkaSettings(process.env);
  if (settings === null) {
    throw new SpendlensError(
      'config_invalid',
      'KAFKA_BROKERS is not set: there is no log to replay from. Without Kafka an outbox gives up what stands in the warehouse; restore a backup instead.',
    );
  }
  const warehouse = createWarehouse(await findWarehouse(process.env, ['spendlens_ingest']));
  try {
    const file = rulesOf(await readConfigFile(process.env['SPENDLENS_CONFIG'] || 'spendlens.yaml'));
    const { rules: dashboard } = await readDashboardRules(createConfigLog(warehouse));
    const rules = orderRules(file, dashboard);
    const prepare = createPrepare(
      createProcess(() => rules),
      () => new Date(),
    );
    const log = createLog('replay', process.env['SPENDLENS_LOG_LEVEL'] || 'warn');
    const { messages, exchanges, deadLetters, leftOut } = await replayTopic(
      { settings, warehouse, prepare, log, say },
      from,
      to,
    );
    say(`${messages} messages read, ${exchanges} exchanges and ${deadLetters} dead letters brought back`);
    if (leftOut > 0) say(`${leftOut} left out: their outbox had rows removed on purpose, and these may be among them`);
    const { complete } = await askCompleteness(warehouse);
    say(complete ? 'Complete: nothing is missing and nothing stands twice.' : 'NOT complete: see npm run doctor.');
    if (!complete) process.exitCode = 1;
  } finally {
    await warehouse.close();
  }
}

function timeOf(option: string, text: string): number {
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw new SpendlensError('config_invalid', `${option}: ${text} is no time\n${USAGE}`);
  return time;
}

main().catch((error: unknown) => {
  const permanent = error instanceof SpendlensError && !error.retryable;
  process.stderr.write(`spendlens replay: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = permanent ? EXIT_CONFIG : 1;
});
