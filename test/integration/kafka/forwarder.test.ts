import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { decodeExchange } from '../../../domain/exchange.ts';
import { createKafka } from '../../../kafka/client.ts';
import { makeTopics } from '../../../kafka/topics.ts';
import { acknowledgementPath } from '../../../proxy/outbox/acknowledgement.ts';
import type { Outbox } from '../../../proxy/outbox/outbox.ts';
import { type Broker, startBroker } from '../../harness/broker.ts';
import { chatAttempt, chatExchange, rawBody } from '../../harness/exchanges.ts';
import {
  forwardUntilDeath,
  makeMachine,
  runForwarder,
  type TestForwarder,
  type TestMachine,
} from '../../harness/forwarder.ts';
import { quietLog } from '../../harness/ingest.ts';
import { brokerMissing } from '../../harness/kafka-jars.ts';
import { until } from '../../harness/stack.ts';
import { type LoggedMessage, readTopicLog, settingsFrom } from '../../harness/topic-log.ts';

describe.skipIf(brokerMissing() !== null)('the forwarder', () => {
  let broker: Broker;
  let machine: TestMachine;
  let env: Record<string, string>;
  let running: TestForwarder[] = [];
  let topics = 0;

  beforeAll(async () => {
    broker = await startBroker();
  });
  afterAll(() => broker?.remove());
  beforeEach(async () => {
    machine = await makeMachine();
    env = { ...broker.env, KAFKA_TOPIC: `t${++topics}`, KAFKA_PARTITIONS: '5' };
  });
  afterEach(async () => {
    await Promise.all(running.map((forwarder) => forwarder.stop()));
    running = [];
    await machine.remove();
  });

  async function forward(more: Record<string, string> = {}): Promise<TestForwarder> {
    const forwarder = await runForwarder(machine.data, { ...env, ...more });
    running.push(forwarder);
    return forwarder;
  }
  async function stop(forwarder: TestForwarder): Promise<void> {
    running = running.filter((each) => each !== forwarder);
    await forwarder.stop();
  }
  async function record(outbox: Outbox, count: number): Promise<void> {
    const accepted = await Promise.all(Array.from({ length: count }, () => machine.send(outbox, chatExchange())));
    expect(accepted).not.toContain(false);
  }
  const drained = (outbox: Outbox) =>
    expect(
      until(() => outbox.stats().depth === 0),
      'the outbox was not trimmed',
    ).resolves.toBe(true);
  const logOf = () => readTopicLog(broker.env, env['KAFKA_TOPIC'] ?? '');
  const seqsOf = (log: LoggedMessage[], { id }: Outbox) =>
    log.flatMap(({ parsed }) => (parsed.kind === 'exchange' && parsed.outboxId === id ? [parsed.seq] : []));
  /** 1, 2, … count; the first occurrence of each, so that a resend does not matter. */
  const firsts = (seqs: number[]) => [...new Set(seqs)];
  const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

  it('makes the topic, sends what the outbox holds in order to one partition, and lets the proxy trim', async () => {
    const outbox = await machine.open();
    await forward();
    await record(outbox, 1_200);
    await drained(outbox);
    const log = await logOf();
    expect(seqsOf(log, outbox)).toEqual(upTo(1_200));
    expect(new Set(log.map(({ partition }) => partition)).size).toBe(1);
    await outbox.close();
  });

  it('keeps outboxes side by side, each on the partition that it had before a restart', async () => {
    const outboxes = await Promise.all([0, 1, 2, 3].map((slot) => machine.open(slot)));
    const first = await forward();
    for (const outbox of outboxes) await record(outbox, 20);
    for (const outbox of outboxes) await drained(outbox);
    await stop(first);
    const settings = settingsFrom(env);
    const admin = createKafka(settings, 'test', quietLog).admin();
    await admin.connect();
    // Where it is chosen anew among more, most outboxes would move.
    await admin.createPartitions({ topicPartitions: [{ topic: settings.topic, count: 97 }] });
    await admin.disconnect();
    await forward();
    for (const outbox of outboxes) await record(outbox, 20);
    for (const outbox of outboxes) await drained(outbox);
    const log = await logOf();
    for (const outbox of outboxes) {
      expect(seqsOf(log, outbox)).toEqual(upTo(40));
      const own = log.filter(({ parsed }) => parsed.kind === 'exchange' && parsed.outboxId === outbox.id);
      expect(new Set(own.map(({ partition }) => partition)).size).toBe(1);
    }
  });

  it('tells that an outbox is drained and closed, once, after its last entry', async () => {
    const outbox = await machine.open();
    const forwarder = await forward();
    await record(outbox, 30);
    await outbox.close();
    const successor = await machine.open();
    await record(successor, 5);
    await drained(successor);
    await stop(forwarder);
    await stop(await forward());
    const own = (await logOf()).filter(({ parsed }) => 'outboxId' in parsed && parsed.outboxId === outbox.id);
    expect(own.at(-1)?.parsed).toEqual({ kind: 'closed', outboxId: outbox.id, lastSeq: 30 });
    expect(own.length).toBe(31 /* 30 exchanges and the end */);
  });

  it.each([
    { at: 'sending', resent: false },
    { at: 'acknowledged', resent: true },
    { at: 'noted', resent: false },
  ] as const)(
    'killed at "$at": nothing is missing, and what is sent twice comes in the same order',
    async ({ at, resent }) => {
      const outbox = await machine.open();
      await record(outbox, 700 /* a batch and a half */);
      await forwardUntilDeath(machine.data, env, at);
      await forward();
      await drained(outbox);
      const seqs = seqsOf(await logOf(), outbox);
      expect(firsts(seqs)).toEqual(upTo(700));
      expect(seqs.length > 700).toBe(resent);
    },
  );

  it('sends again what a lost state file does not tell any more, to the same partition', async () => {
    const outbox = await machine.open();
    await record(outbox, 50);
    await forwardUntilDeath(machine.data, env, 'acknowledged');
    await rm(acknowledgementPath(machine.data, true));
    await forward();
    await drained(outbox);
    const log = await logOf();
    expect(seqsOf(log, outbox)).toEqual([...upTo(50), ...upTo(50)]);
    expect(new Set(log.map(({ partition }) => partition)).size).toBe(1);
  });

  it('stores twice and loses nothing where the answers of the broker are cut after it stored a batch', async () => {
    const outbox = await machine.open();
    const relay = await broker.openRelay();
    try {
      await forward({ KAFKA_BROKERS: relay.address });
      await record(outbox, 10);
      await drained(outbox);
      relay.swallowAcknowledgements();
      await record(outbox, 10);
      expect(await until(() => relay.swallowed() > 0)).toBe(true);
      relay.cut();
      relay.heal();
      await drained(outbox);
      const seqs = seqsOf(await logOf(), outbox);
      expect(firsts(seqs)).toEqual(upTo(20));
      expect(seqs.length).toBeGreaterThan(20);
    } finally {
      await relay.close();
    }
  });

  it('cuts the bodies of what is too large for the topic, and keeps its usage', async () => {
    const outbox = await machine.open();
    const forwarder = await forward({ KAFKA_MAX_MESSAGE_BYTES: '262144' });
    const body = { model: 'gpt-4o-mini', messages: [{ role: 'user', content: randomBytes(400_000).toString('hex') }] };
    const request = rawBody(Buffer.from(JSON.stringify(body)));
    const usage = { prompt_tokens: 321, completion_tokens: 45, total_tokens: 366 };
    const answer = { model: 'gpt-4o-mini', pad: randomBytes(100_000).toString('hex'), usage, more: 'x'.repeat(90_000) };
    const response = rawBody(Buffer.from(JSON.stringify(answer)));
    await record(outbox, 3);
    await machine.send(outbox, chatExchange({ request, attempts: [chatAttempt({ response })] }));
    await record(outbox, 3);
    await drained(outbox);
    const log = await logOf();
    expect(seqsOf(log, outbox)).toEqual(upTo(7));
    const large = log.find(({ parsed }) => parsed.kind === 'exchange' && parsed.seq === 4)?.parsed;
    if (large?.kind !== 'exchange') throw new Error('the large one is not there');
    expect(large.encoded.length).toBeLessThan(262_144);
    const exchange = decodeExchange(large.encoded);
    expect(exchange.request).toMatchObject({ size: request.size, flags: ['truncated'] });
    expect(exchange.requestFacts?.model).toBe('gpt-4o-mini');
    const [attempt] = exchange.attempts;
    expect(attempt?.response).toMatchObject({ size: response.size, flags: ['truncated'] });
    expect(attempt?.facts?.usage).toMatchObject({ input: 321, output: 45 });
    expect(forwarder.warnings).toEqual(['an exchange above max.message.bytes had its bodies cut']);
  });

  it('cuts further where the broker has become stricter than it said', async () => {
    const outbox = await machine.open();
    const settings = settingsFrom(env);
    const forwarder = await forward();
    await record(outbox, 1);
    await drained(outbox);
    const admin = createKafka(settings, 'test', quietLog).admin();
    await admin.connect();
    const configEntries = [{ name: 'max.message.bytes', value: '20000' }];
    await admin.alterConfigs({ validateOnly: false, resources: [{ type: 2, name: settings.topic, configEntries }] });
    await admin.disconnect();
    const request = rawBody(Buffer.from(randomBytes(200_000).toString('base64')));
    await machine.send(outbox, chatExchange({ request }));
    await record(outbox, 100);
    await drained(outbox);
    const log = await logOf();
    expect(firsts(seqsOf(log, outbox))).toEqual(upTo(102));
    expect(await forwarder.registry.getSingleMetricAsString('spendlens_forwarder_errors_total')).toContain(
      'code="message_too_large"',
    );
  });

  it('holds what comes while the broker is down, says so once, and goes on when it is back', async () => {
    const outbox = await machine.open();
    const forwarder = await forward();
    await record(outbox, 5);
    await drained(outbox);
    await broker.kill();
    await record(outbox, 200);
    await sleep(3_000);
    expect(await machine.mark(outbox)).toBe(5);
    await broker.start();
    await drained(outbox);
    expect(firsts(seqsOf(await logOf(), outbox))).toEqual(upTo(205));
    expect(forwarder.warnings.length).toBeLessThanOrEqual(1);
  });

  it('waits for a broker that is not there yet', async () => {
    await broker.stop();
    const outbox = await machine.open();
    const forwarder = await forward();
    await record(outbox, 5);
    expect(await until(() => forwarder.warnings.length > 0)).toBe(true);
    await broker.start();
    await drained(outbox);
    expect(seqsOf(await logOf(), outbox)).toEqual(upTo(5));
    expect(forwarder.warnings).toEqual(['Kafka takes nothing now: exchanges wait in the outbox']);
  });

  it('outlasts a broker that stands still', async () => {
    const outbox = await machine.open();
    await makeTopicsFirst();
    await forward();
    await record(outbox, 5);
    await drained(outbox);
    broker.pause();
    await record(outbox, 100);
    await sleep(2_000);
    expect(await machine.mark(outbox)).toBe(5);
    broker.resume();
    await drained(outbox);
    expect(firsts(seqsOf(await logOf(), outbox))).toEqual(upTo(105));
  });

  async function makeTopicsFirst(): Promise<void> {
    const settings = settingsFrom(env);
    const admin = createKafka(settings, 'test', quietLog).admin();
    await admin.connect();
    await makeTopics(admin, settings);
    await admin.disconnect();
  }
});
