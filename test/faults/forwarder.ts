import { setTimeout as sleep } from 'node:timers/promises';
import { readTopicLog } from '../harness/topic-log.ts';
import type { Run, Scenario } from './scenario.ts';
import { topicOf } from './scenario.ts';

const points = [
  { point: 'acknowledged', says: 'after the ack, before its note of it' },
  { point: 'noted', says: 'after its note of the ack' },
] as const;

const forwarderKilledAt = ({ point, says }: (typeof points)[number]): Scenario => ({
  name: `forwarder killed ${says}`,
  modes: ['kafka'],
  mayLose: 'nothing',
  short: point === 'acknowledged' ? ['kafka'] : [],
  takes: { full: 12, short: 10 },
  strike: ({ installation }) => installation.strikeAt('forwarder', point),
  ...(point === 'acknowledged' && { afterwards: assertResent }),
});

/** From the line before the request until the broker's answer some milliseconds go by. */
const beforeTheAck: Scenario = {
  name: 'forwarder killed before the ack',
  modes: ['kafka'],
  mayLose: 'nothing',
  short: [],
  takes: { full: 25, short: 15 },
  async strike({ installation, random, length }) {
    for (let round = 0; round < length({ full: 4, short: 1 }); round++) {
      const pid = await installation.awaitRunning('forwarder');
      await installation.strikeAt('forwarder', 'sending', { pid, delayMs: random.whole(0, 4) });
      await installation.awaitDeath(pid);
    }
  },
};

const ROUNDS = { full: 5, short: 2 };

/** The broker has stored each of these batches, and the forwarder never hears of it. */
const answersCut: Scenario = {
  name: "the broker's answers cut after it stored the batch",
  modes: ['kafka'],
  mayLose: 'nothing',
  short: ['kafka'],
  takes: { full: 20, short: 14 },
  throughRelay: true,
  async strike(run) {
    const { relay } = topicOf(run);
    if (relay === null) throw new Error('no relay');
    for (let round = 1; round <= run.length(ROUNDS); round++) {
      relay.swallowAcknowledgements();
      const before = relay.swallowed();
      await run.awaited(() => relay.swallowed() > before, 'an answer to swallow');
      relay.cut();
      relay.heal();
      await sleep(run.random.whole(500, 2_000));
    }
  },
  afterwards: assertResent,
};

/** Proves that there was something to remove: the log has messages twice that the warehouse has once. */
async function assertResent(run: Run): Promise<void> {
  const { broker, settings } = topicOf(run);
  const log = await readTopicLog(broker.env, settings.topic);
  const identities = log.flatMap(({ parsed }) =>
    parsed.kind === 'exchange' ? [`${parsed.outboxId} ${parsed.seq}`] : [],
  );
  if (new Set(identities).size === identities.length)
    throw new Error('no message stands twice in the log: nothing was resent');
}

export const forwarderScenarios: readonly Scenario[] = [beforeTheAck, ...points.map(forwarderKilledAt), answersCut];
