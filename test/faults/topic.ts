import { randomBytes } from 'node:crypto';
import type { Admin, Kafka } from 'kafkajs';
import { createKafka } from '../../kafka/client.ts';
import { readCommitted, readEnds } from '../../kafka/offsets.ts';
import type { KafkaSettings } from '../../kafka/settings.ts';
import type { Broker } from '../harness/broker.ts';
import { quietLog } from '../harness/ingest.ts';
import type { Relay } from '../harness/relay.ts';
import { until } from '../harness/stack.ts';
import { settingsFrom } from '../harness/topic-log.ts';

/** The topic of one installation on the broker that all of them share. */
export interface FaultTopic {
  readonly broker: Broker;
  /** Where the installation does not talk to the broker itself. */
  readonly relay: Relay | null;
  readonly settings: KafkaSettings;
  readonly environment: Readonly<Record<string, string>>;
  readonly kafka: Kafka;
  readonly admin: Admin;
  /** Messages that the group has not committed. */
  lag(): Promise<number>;
  /** Waits until so many ingesters share the partitions. */
  awaitMembers(count: number): Promise<void>;
  close(): Promise<void>;
}

const PARTITIONS = 3;
const SETTLED_WITHIN_MS = 60_000;

export async function openFaultTopic(broker: Broker, throughRelay: boolean): Promise<FaultTopic> {
  const relay = throughRelay ? await broker.openRelay() : null;
  const name = `t${randomBytes(4).toString('hex')}`;
  const environment = {
    KAFKA_BROKERS: relay?.address ?? broker.address,
    KAFKA_TOPIC: name,
    KAFKA_GROUP: name,
    KAFKA_PARTITIONS: String(PARTITIONS),
  };
  const settings = settingsFrom({ ...environment, ...broker.env });
  const kafka = createKafka(settings, 'faults', quietLog);
  const admin = kafka.admin();
  await admin.connect();
  return {
    broker,
    relay,
    settings,
    environment,
    kafka,
    admin,
    async lag() {
      const [committed, ends] = await Promise.all([readCommitted(admin, name, name), readEnds(admin, name)]);
      return [...ends].reduce(
        (sum, [partition, { low, high }]) => sum + high - (committed(partition).offset ?? low),
        0,
      );
    },
    async awaitMembers(count) {
      const isSettled = async () => {
        const { groups } = await admin.describeGroups([name]);
        const [group] = groups;
        const state = count === 0 ? ['Empty', 'Dead'] : ['Stable'];
        return group !== undefined && state.includes(group.state) && group.members.length === count;
      };
      if (!(await until(isSettled, SETTLED_WITHIN_MS))) throw new Error(`the group did not come to ${count} ingesters`);
    },
    async close() {
      await admin.disconnect();
      await relay?.close();
    },
  };
}
