import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { statusAnswer } from '../../domain/api.ts';
import { readCommitted, readEnds } from '../../kafka/offsets.ts';
import { startIngester } from './ingester.ts';
import { type Run, type Scenario, topicOf } from './scenario.ts';

/** With the group's only member standing still until the group has given it up. */
async function whileGroupIsEmpty(run: Run, change: () => Promise<void>): Promise<void> {
  const pid = await run.installation.awaitRunning('ingest');
  process.kill(pid, 'SIGSTOP');
  try {
    await topicOf(run).awaitMembers(0);
    await change();
  } finally {
    process.kill(pid, 'SIGCONT');
  }
}

const fromTheStart: Scenario = {
  name: 'the topic replayed from offset 0',
  modes: ['kafka'],
  mayLose: 'nothing',
  short: ['kafka'],
  takes: { full: 28, short: 27 },
  async strike(run) {
    const { admin, settings } = topicOf(run);
    await whileGroupIsEmpty(run, async () => {
      const partitions = [...(await readEnds(admin, settings.topic)).keys()].map((partition) => ({
        partition,
        offset: '0',
      }));
      await admin.setOffsets({ groupId: settings.group, topic: settings.topic, partitions });
    });
  },
};

const offsetsLost: Scenario = {
  name: 'the offsets lost and reset',
  modes: ['kafka'],
  mayLose: 'nothing',
  short: [],
  takes: { full: 28, short: 27 },
  async strike(run) {
    const { admin, settings } = topicOf(run);
    await whileGroupIsEmpty(run, async () => {
      await admin.deleteGroups([settings.group]);
    });
  },
};

const CUT_AFTER_MS = 3_000;

/** Messages that nobody has read yet are gone: nothing brings them back, so it must be told. */
const partitionCut: Scenario = {
  name: 'a partition cut short',
  modes: ['kafka'],
  mayLose: 'gap',
  short: ['kafka'],
  takes: { full: 20, short: 18 },
  async strike(run) {
    const { admin, settings } = topicOf(run);
    const { topic, group } = settings;
    const pid = await run.installation.awaitRunning('ingest');
    process.kill(pid, 'SIGSTOP');
    await sleep(CUT_AFTER_MS);
    const [committed, ends] = await Promise.all([readCommitted(admin, group, topic), readEnds(admin, topic)]);
    const partitions = [...ends]
      .filter(([partition, { low, high }]) => high - (committed(partition).offset ?? low) > 10)
      .map(([partition, { high }]) => ({ partition, offset: String(high - 5) }));
    if (partitions.length === 0) throw new Error('no partition has messages that nobody has read');
    await admin.deleteTopicRecords({ topic, partitions });
    process.kill(pid, 'SIGCONT');
  },
  afterwards: assertAlarmed,
};

async function assertAlarmed({ installation, awaited }: Run): Promise<void> {
  // The panel asks the warehouse anew every few seconds.
  await awaited(async () => {
    const { health } = statusAnswer.parse(await installation.stack.api('GET', '/api/status'));
    return health.complete === false && (health.gaps ?? 0) > 0;
  }, 'the health panel to tell of the gap');
}

/** A successor finds an intent, and what it is to do again is gone from the log. */
const intentCut: Scenario = {
  name: 'a partition cut short under a pending intent',
  modes: ['kafka'],
  mayLose: 'gap',
  short: [],
  takes: { full: 20, short: 18 },
  async strike(run) {
    const { admin, settings } = topicOf(run);
    const { topic } = settings;
    const pid = await run.installation.awaitRunning('ingest');
    await run.installation.strikeAt('ingest', 'intent', { signal: 'SIGSTOP' });
    const ends = await readEnds(admin, topic);
    const partitions = [...ends].map(([partition, { high }]) => ({ partition, offset: String(high) }));
    await admin.deleteTopicRecords({ topic, partitions });
    process.kill(pid, 'SIGKILL');
    await run.installation.awaitDeath(pid);
  },
  afterwards: assertAlarmed,
};

const REBALANCES = { full: 20, short: 6 };

/** A third ingester comes and goes; each time all partitions change hands under traffic. */
const rebalances: Scenario = {
  name: '20 forced rebalances with three ingesters',
  modes: ['kafka'],
  mayLose: 'nothing',
  short: [],
  takes: { full: 75, short: 40 },
  async strike(run) {
    const topic = topicOf(run);
    const second = await startIngester(run);
    await topic.awaitMembers(2);
    for (let done = 0; done < run.length(REBALANCES); done += 2) {
      const third = await startIngester(run);
      await topic.awaitMembers(3);
      await sleep(run.random.whole(200, 1_500));
      third.kill('SIGTERM');
      await once(third, 'exit');
      await topic.awaitMembers(2);
    }
    second.kill('SIGTERM');
    await once(second, 'exit');
  },
};

export const logScenarios: readonly Scenario[] = [rebalances, fromTheStart, offsetsLost, partitionCut, intentCut];
