import { parseArgs } from 'node:util';
import { createWarehouse } from '../clickhouse/client.ts';
import { createConfigLog } from '../clickhouse/config-log.ts';
import { readDashboardRules } from '../clickhouse/price-rules.ts';
import { findWarehouse } from '../demo/installation.ts';
import { rulesOf } from '../domain/config.ts';
import { SpendlensError } from '../domain/error.ts';
import { orderRules } from '../domain/prices/rules.ts';
import { createDeadLetters, type DeadLetterId, type DeadLetters } from '../ingest/dead-letters.ts';
import { createProcess } from '../ingest/process.ts';
import { readConfigFile } from '../process/config-file.ts';
import { EXIT_CONFIG } from '../process/messages.ts';

const USAGE = `usage: npm run dlq -- list
       npm run dlq -- replay [--id OUTBOX/SEQ]   runs them through ingest again, all or one
       npm run dlq -- drop --id OUTBOX/SEQ       gives one up for good, or --id TOPIC/PARTITION@OFFSET
       npm run dlq -- drop --all                 gives all of them up for good`;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { id: { type: 'string' }, all: { type: 'boolean' } },
  });
  const [command] = positionals;
  const only = values.id === undefined ? undefined : parseId(values.id);
  const warehouse = createWarehouse(await findWarehouse(process.env, ['spendlens_ingest']));
  const file = rulesOf(await readConfigFile(process.env['SPENDLENS_CONFIG'] || 'spendlens.yaml'));
  const { rules: dashboard } = await readDashboardRules(createConfigLog(warehouse));
  const rules = orderRules(file, dashboard);
  const letters = createDeadLetters(
    warehouse,
    createProcess(() => rules),
    () => new Date(),
  );
  try {
    if (command === 'list') await list(letters, only);
    else if (command === 'replay') await replay(letters, only);
    else if (command === 'drop' && (only || values.all)) await drop(letters, only);
    else throw new SpendlensError('config_invalid', USAGE);
  } finally {
    await warehouse.close();
  }
}

function parseId(text: string): DeadLetterId {
  const [, outboxId, seq] = /^([\w-]+)\/(\d+)$/.exec(text) ?? [];
  if (outboxId !== undefined) return { outboxId, seq: Number(seq) };
  if (/^[\w.-]+\/\d+@\d+$/.test(text)) return { outboxId: '', seq: 0, origin: text };
  throw new SpendlensError('config_invalid', `--id is OUTBOX/SEQ or TOPIC/PARTITION@OFFSET, not ${text}`);
}

const nameOf = ({ outboxId, seq, origin }: DeadLetterId) => (outboxId === '' ? (origin ?? '') : `${outboxId}/${seq}`);
const say = (line: string) => process.stdout.write(`${line}\n`);

async function list(letters: DeadLetters, only?: DeadLetterId): Promise<void> {
  const found = await letters.list(only);
  for (const letter of found) {
    const { deadAt, bytes, tries, step, reason } = letter;
    say(
      `${nameOf(letter)}  ${deadAt}  ${bytes} bytes  ${tries === 1 ? '1 try' : `${tries} tries`}  ${step}: ${reason}`,
    );
  }
  say(`${found.length} dead letters`);
}

async function replay(letters: DeadLetters, only?: DeadLetterId): Promise<void> {
  let replayed = 0;
  const found = await letters.list(only);
  for (const letter of found) {
    const outcome = await letters.replay(letter);
    if (outcome.kind === 'replayed') replayed++;
    else say(`${nameOf(letter)}  still dead: ${outcome.reason}`);
  }
  say(`${replayed} of ${found.length} replayed`);
  if (replayed < found.length) process.exitCode = 1;
}

async function drop(letters: DeadLetters, only?: DeadLetterId): Promise<void> {
  const found = await letters.list(only);
  for (const letter of found) await letters.drop(letter);
  say(`${found.length} dropped`);
}

// `| head` closes the pipe when it has seen enough.
process.stdout.on('error', () => process.exit(0));

main().catch((error: unknown) => {
  const permanent = error instanceof SpendlensError && !error.retryable;
  process.stderr.write(`spendlens dlq: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = permanent ? EXIT_CONFIG : 1;
});
