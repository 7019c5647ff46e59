import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openOutbox } from '../../proxy/outbox/open-outbox.ts';
import type { Outbox } from '../../proxy/outbox/outbox.ts';
import { chatExchange, skeletonOf } from '../harness/exchanges.ts';
import { quietLog } from '../harness/ingest.ts';
import { until } from '../harness/stack.ts';
import { callCostNano, type Ledger } from './ledger.ts';
import type { Run, Scenario } from './scenario.ts';
import type { FaultTopic } from './topic.ts';

const EVERY = 500;
const DRAINED_WITHIN_MS = 120_000;
const TOKENS = { inputTokens: 100, outputTokens: 10 };

/** In turn one that no step can read, and one that every step takes and the warehouse refuses. */
const poisons = [{ requestId: 'not a uuid' }, { arrivedAt: 1e300 }] as const;

/** No proxy writes such entries, so they come from an outbox of our own beside the proxy's. */
export const poisoned: Scenario = {
  name: `a poisoned message every ${EVERY}`,
  modes: ['embedded', 'kafka'],
  mayLose: 'nothing',
  short: ['kafka'],
  takes: { full: 22, short: 12 },
  async strike({ installation, ledger, length }: Run) {
    const folder = join(installation.stack.folder, 'outbox', 'poisoned');
    const { acknowledgementPath } = installation;
    const outbox = await openOutbox({ folder, acknowledgementPath, log: quietLog, pollMs: 200 });
    const count = length({ full: 6 * EVERY, short: 2 * EVERY });
    for (let done = 0; done < count; done += 100) await write(outbox, ledger, done, done + 100);
    if (installation.topic !== null) await writeStrays(installation.topic, ledger);
    const drained = await until(() => outbox.stats().depth === 0, DRAINED_WITHIN_MS);
    await outbox.close();
    if (!drained) throw new Error(`the poisoned outbox kept ${outbox.stats().depth} entries`);
    await rm(folder, { recursive: true });
  },
};

/** What somebody else wrote into the topic: without an identity, each of them a dead letter by its offset. */
async function writeStrays({ kafka, settings }: FaultTopic, ledger: Ledger): Promise<void> {
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  const messages = [
    { value: 'not ours' },
    { key: 'a key', value: null },
    { value: '{}', headers: { outbox: '../..' } },
  ];
  await producer.send({ topic: settings.topic, acks: -1, messages });
  await producer.disconnect();
  ledger.poisoned += messages.length;
}

async function write(outbox: Outbox, ledger: Ledger, from: number, to: number): Promise<void> {
  const accepted = await Promise.all(
    Array.from({ length: to - from }, (_, index) => writeOne(outbox, ledger, from + index + 1)),
  );
  if (!accepted.every(Boolean)) throw new Error('the outbox did not take everything');
}

function writeOne(outbox: Outbox, ledger: Ledger, n: number): Promise<boolean> {
  const exchange = chatExchange({}, TOKENS.outputTokens);
  const ticket = outbox.begin(skeletonOf(exchange));
  if (n % EVERY === 0) {
    ledger.poisoned++;
    return outbox.end(ticket, { ...exchange, ...poisons[ledger.poisoned % poisons.length] });
  }
  const entry = ledger.begin({ id: exchange.requestId, costNano: callCostNano(TOKENS), sentAt: exchange.arrivedAt });
  entry.completeAt = exchange.arrivedAt;
  return outbox.end(ticket, exchange);
}
