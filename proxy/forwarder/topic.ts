import { SpendlensError } from '../../domain/error.ts';
import { createKafka } from '../../kafka/client.ts';
import type { KafkaSettings } from '../../kafka/settings.ts';
import { connectAdmin, faultsOf, makeTopics, readTopic, type Topic } from '../../kafka/topics.ts';
import type { Logger } from '../../process/log.ts';

const KEPT_MS = 300_000;

/** The topic as it was seen last, read again from time to time since its operator may change it. */
export interface TopicKeeper {
  /** @throws SpendlensError, see kafkaFailure, while it cannot be read */
  current(): Promise<Topic>;
  /** What was seen does not hold any more. */
  outdated(): void;
}

export function createTopicKeeper(settings: KafkaSettings, log: Logger): TopicKeeper {
  const kafka = createKafka(settings, 'spendlens-forwarder', log);
  let reading: Promise<Topic> | null = null;
  let readAt = 0;

  async function read(): Promise<Topic> {
    // Not kept open: an idle connection of this client wakes the process hundreds of times a second.
    const admin = kafka.admin();
    try {
      await connectAdmin(admin);
      const found = await readTopic(admin, settings.topic);
      if (found !== null) return check(found);
      const names = await makeTopics(admin, settings);
      if (names.length > 0) log.info({ topics: names }, 'topics were made');
      const made = await readTopic(admin, settings.topic);
      if (made !== null) return made;
      throw new SpendlensError('log_unreachable', `topic ${settings.topic} is not there yet`, { retryable: true });
    } finally {
      await admin.disconnect().catch(() => undefined);
    }
  }

  function check(topic: Topic): Topic {
    for (const fault of faultsOf(topic, settings.topics)) log.warn(fault);
    return topic;
  }

  return {
    current() {
      if (reading !== null && Date.now() - readAt < KEPT_MS) return reading;
      readAt = Date.now();
      const started = read();
      reading = started;
      started.catch(() => {
        if (reading === started) reading = null;
      });
      return started;
    },
    outdated() {
      reading = null;
    },
  };
}
