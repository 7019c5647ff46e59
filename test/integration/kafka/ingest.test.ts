import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { askCompleteness } from '../../../clickhouse/query/completeness.ts';
import { createLag } from '../../../dashboard/server/lag.ts';
import type { DeliveryPoint } from '../../../ingest/deliver.ts';
import { startWatchdog } from '../../../ingest/partitions/watchdog.ts';
import { type Broker, startBroker } from '../../harness/broker.ts';
import { chatExchange } from '../../harness/exchanges.ts';
import { type MigratedWarehouse, quietLog, standing, startMigrated } from '../../harness/ingest.ts';
import { brokerMissing } from '../../harness/kafka-jars.ts';
import { until } from '../../harness/stack.ts';
import {
  createSender,
  ingestTestTopic,
  makeTestTopic,
  type Sender,
  topicIngestUntilDeath,
} from '../../harness/topic.ts';

const whole = { holes: [], missing: 0, duplicated: 0, attemptsOff: 0, uneven: 0 };
const chats = (count: number) => Array.from({ length: count }, () => chatExchange());

describe.skipIf(brokerMissing() !== null)('a topic', () => {
  let broker: Broker;
  let migrated: MigratedWarehouse;

  beforeAll(async () => {
    [broker, migrated] = await Promise.all([startBroker(), startMigrated()]);
  });
  afterAll(async () => {
    await migrated?.stop();
    await broker?.remove();
  });

  async function stands(sender: Sender, count: number): Promise<void> {
    const all = async () => (await standing(migrated.warehouse, sender.outboxId)).seqs >= count;
    expect(await until(all), `${count} rows stand`).toBe(true);
  }

  async function accountOf({ outboxId }: Sender) {
    const { outboxes } = await askCompleteness(migrated.warehouse);
    return outboxes.find((account) => account.outboxId === outboxId);
  }

  it('is ingested in order, what is sent again is dropped', async () => {
    const topic = await makeTestTopic(broker);
    const sender = createSender(topic);
    await sender.send(chats(250));
    await sender.resend(100, 250);
    await sender.send(chats(50));
    const lag = () => createLag(topic.settings, quietLog)();
    // A broker that has just started does not know its groups yet.
    await expect.poll(lag).toBe(451);
    const ingest = await ingestTestTopic(topic, migrated);
    await stands(sender, 300);
    const done = async () => (await topic.committed()).offset === 451;
    expect(await until(done)).toBe(true);
    expect((await topic.committed()).state).toEqual({
      state: { marks: new Map([[sender.outboxId, 300]]), intent: null, due: [] },
      until: 0,
    });
    expect(await ingest.metric('spendlens_ingest_resends_total')).toBe(151);
    expect(await ingest.metric('spendlens_ingest_lag_messages')).toBe(0);
    await expect.poll(lag).toBe(0);
    const [kept] = await migrated.warehouse.rows(z.object({ resends: z.coerce.number() }), {
      text: 'SELECT sum(resends) AS resends FROM spendlens.slices WHERE outbox_id = {id:String}',
      params: { id: sender.outboxId },
    });
    expect(kept?.resends).toBe(151);
    await ingest.stop();
    expect(await standing(migrated.warehouse, sender.outboxId)).toMatchObject({ rows: 300, seqs: 300 });
    expect(await accountOf(sender)).toMatchObject({ ...whole, delivered: 300 });
    await topic.remove();
  });

  it.concurrent('on which nothing gets on though messages wait ends its ingester', async () => {
    const topic = await makeTestTopic(broker);
    const { group, topic: name } = topic.settings;
    const abort = new AbortController();
    const watch = () =>
      new Promise<unknown>((resolve) => {
        const parts = { admin: topic.admin, group, topic: name, partitions: () => [], log: quietLog };
        startWatchdog({ ...parts, fail: resolve, signal: abort.signal, stuckMs: 400 });
      });
    const idle = watch();
    const first = await Promise.race([idle, sleep(2_000, 'nothing waits')]);
    expect(first).toBe('nothing waits');
    await createSender(topic).send(chats(3));
    expect(await idle).toMatchObject({ code: 'log_stuck', message: expect.stringContaining('3 messages wait') });
    abort.abort();
    await topic.remove();
  });

  const points: DeliveryPoint[] = ['intent', 'bodies', 'deadLetters', 'attempts', 'slices'];
  it.concurrent.each(points)(
    'whose ingester is killed after "%s" leaves nothing out and nothing twice',
    async (point) => {
      const topic = await makeTestTopic(broker);
      const sender = createSender(topic);
      await sender.send(chats(250));
      await topicIngestUntilDeath(topic, migrated, point);
      expect((await topic.committed()).state?.state.intent).toMatchObject({ tries: 0 });
      const ingest = await ingestTestTopic(topic, migrated);
      await stands(sender, 250);
      await ingest.stop();
      expect(await standing(migrated.warehouse, sender.outboxId)).toMatchObject({ rows: 250, seqs: 250 });
      expect(await accountOf(sender)).toMatchObject({ ...whole, delivered: 250 });
      await topic.remove();
    },
  );
});
