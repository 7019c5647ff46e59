import kafkajs, { type Admin, type ITopicConfig } from 'kafkajs';
import { SpendlensError } from '../domain/error.ts';
import { kafkaFailure } from './failure.ts';
import type { KafkaSettings, TopicSettings } from './settings.ts';

const HOUR_MS = 3_600_000;
/** What a dead letter adds to the message that it keeps. */
const DEAD_EXTRA_BYTES = 64 * 1024;
/** Below this not even an exchange without bodies is sure to fit. */
const LEAST_MESSAGE_BYTES = 256 * 1024;
const defaults = { partitions: 6, retentionHours: 168, maxMessageBytes: 10 * 1024 ** 2 };

/** A topic as it stands. */
export interface Topic {
  readonly name: string;
  readonly partitions: number;
  readonly replication: number;
  readonly cleanupPolicy: string;
  /** Null = for ever. */
  readonly retentionMs: number | null;
  readonly maxMessageBytes: number;
  readonly minInsyncReplicas: number;
}

/** @throws SpendlensError, see kafkaFailure */
export async function connectAdmin(admin: Admin): Promise<void> {
  try {
    await admin.connect();
  } catch (error) {
    throw kafkaFailure(error);
  }
}

/** Null where it does not exist. @throws SpendlensError, see kafkaFailure */
export async function readTopic(admin: Admin, name: string): Promise<Topic | null> {
  try {
    // Asking for a topic by its name would make it on brokers that make what is asked for.
    if (!(await admin.listTopics()).includes(name)) return null;
    const { topics } = await admin.fetchTopicMetadata({ topics: [name] });
    const partitions = topics[0]?.partitions ?? [];
    const config = await readConfig(admin, name);
    const retention = Number(config.get('retention.ms') ?? -1);
    return {
      name,
      partitions: partitions.length,
      replication: Math.min(...partitions.map(({ replicas }) => replicas.length)),
      cleanupPolicy: config.get('cleanup.policy') ?? '',
      retentionMs: retention < 0 ? null : retention,
      maxMessageBytes: Number(config.get('max.message.bytes')),
      minInsyncReplicas: Number(config.get('min.insync.replicas')),
    };
  } catch (error) {
    throw kafkaFailure(error);
  }
}

async function readConfig(admin: Admin, name: string): Promise<Map<string, string>> {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name }],
  });
  return new Map(resources.flatMap(({ configEntries }) => configEntries.map((e) => [e.configName, e.configValue])));
}

/**
 * Makes the topics that are not there and checks those that are, which it never changes: they are the operator's.
 * Returns the names of those it made.
 * @throws SpendlensError topic_unfit that says what is wrong with which topic; else see kafkaFailure
 */
export async function makeTopics(admin: Admin, settings: KafkaSettings): Promise<string[]> {
  const wanted = [
    { name: settings.topic, topics: settings.topics },
    { name: settings.deadTopic, topics: deadTopicOf(settings.topics) },
  ];
  const made: string[] = [];
  const faults: string[] = [];
  for (const { name, topics } of wanted) {
    const topic = await readTopic(admin, name);
    if (topic !== null) faults.push(...faultsOf(topic, topics));
    else if (await create(admin, name, topics)) made.push(name);
  }
  if (faults.length > 0) throw new SpendlensError('topic_unfit', faults.join('\n'));
  return made;
}

/** Dead letters are few and their order means nothing. */
function deadTopicOf(topics: TopicSettings): TopicSettings {
  const { maxMessageBytes } = topics;
  return {
    ...topics,
    partitions: 1,
    maxMessageBytes: (maxMessageBytes ?? defaults.maxMessageBytes) + DEAD_EXTRA_BYTES,
  };
}

/** What would lose exchanges or hold them up, and what differs from a setting that was stated. */
export function faultsOf(topic: Topic, stated: TopicSettings): string[] {
  const { name, partitions, replication, cleanupPolicy, retentionMs, maxMessageBytes, minInsyncReplicas } = topic;
  const faults: string[] = [];
  const fault = (text: string) => faults.push(`topic ${name}: ${text}`);
  const atLeast = (what: string, value: number, variable: string, wanted: number | null) => {
    if (wanted !== null && value < wanted) fault(`${what} is ${value}, but ${variable} says ${wanted}`);
  };
  if (cleanupPolicy !== 'delete') {
    fault(`cleanup.policy is ${cleanupPolicy}, which removes exchanges that were not read yet; it must be delete`);
  }
  if (maxMessageBytes < LEAST_MESSAGE_BYTES) {
    fault(`max.message.bytes is ${maxMessageBytes}, it must be ${LEAST_MESSAGE_BYTES} or more`);
  }
  if (minInsyncReplicas > replication) {
    fault(`min.insync.replicas is ${minInsyncReplicas} with ${replication} replicas, so that nothing can be written`);
  }
  atLeast('the number of partitions', partitions, 'KAFKA_PARTITIONS', stated.partitions);
  atLeast('the replication factor', replication, 'KAFKA_REPLICATION', stated.replication);
  atLeast('max.message.bytes', maxMessageBytes, 'KAFKA_MAX_MESSAGE_BYTES', stated.maxMessageBytes);
  if (retentionMs !== null) {
    atLeast('retention in hours', retentionMs / HOUR_MS, 'KAFKA_RETENTION_HOURS', stated.retentionHours);
  }
  return faults;
}

/** False where somebody else made it in between. */
async function create(admin: Admin, name: string, topics: TopicSettings): Promise<boolean> {
  try {
    const brokers = (await admin.describeCluster()).brokers.length;
    return await admin.createTopics({ topics: [topicConfig(name, topics, brokers)], timeout: 15_000 });
  } catch (error) {
    const { code, message, retryable } = kafkaFailure(error);
    throw new SpendlensError(code, `topic ${name} could not be made: ${message}`, { retryable, cause: error });
  }
}

function topicConfig(topic: string, topics: TopicSettings, brokers: number): ITopicConfig {
  const replicationFactor = topics.replication ?? Math.min(3, brokers);
  const config = {
    'cleanup.policy': 'delete',
    'retention.ms': String((topics.retentionHours ?? defaults.retentionHours) * HOUR_MS),
    'retention.bytes': '-1',
    'max.message.bytes': String(topics.maxMessageBytes ?? defaults.maxMessageBytes),
    // One replica may be away without holding anything up, and what was acknowledged still stands on two.
    'min.insync.replicas': String(Math.max(1, Math.min(2, replicationFactor - 1))),
    // The broker's clock: with the sender's, Kafka refuses whatever comes from a machine more than an hour ahead.
    'message.timestamp.type': 'LogAppendTime',
  };
  return {
    topic,
    numPartitions: topics.partitions ?? defaults.partitions,
    replicationFactor,
    configEntries: Object.entries(config).map(([name, value]) => ({ name, value })),
  };
}
