import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Admin } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKafka } from '../../../kafka/client.ts';
import { readKafkaSettings } from '../../../kafka/settings.ts';
import { readTopic } from '../../../kafka/topics.ts';
import { APP_PASSWORD, APP_USER, type Broker, startBroker } from '../../harness/broker.ts';
import { quietLog } from '../../harness/ingest.ts';
import { brokerMissing } from '../../harness/kafka-jars.ts';

const MIGRATE = join(import.meta.dirname, '..', '..', '..', 'bin', 'migrate.ts');

/** `npm run migrate` with Kafka alone in its environment. */
async function migrate(env: Readonly<Record<string, string>>): Promise<{ code: number; printed: string }> {
  const child = spawn(process.execPath, [MIGRATE], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let printed = '';
  child.stderr.on('data', (chunk: Buffer) => {
    printed += chunk.toString();
  });
  const [code]: number[] = await once(child, 'close');
  return { code: code ?? -1, printed };
}

describe.skipIf(brokerMissing() !== null)('npm run migrate', () => {
  let broker: Broker;
  let admin: Admin;

  beforeAll(async () => {
    broker = await startBroker({ secure: true });
    const settings = readKafkaSettings(broker.env);
    if (settings === null) throw new Error('no brokers named');
    admin = createKafka(settings, 'test', quietLog).admin();
    await admin.connect();
  });
  afterAll(async () => {
    await admin?.disconnect();
    await broker?.remove();
  });

  const readBack = (topic: string) => readTopic(admin, topic);

  it('makes both topics as it was told, and leaves them alone the next time', async () => {
    const env = { ...broker.env, KAFKA_TOPIC: 'made', KAFKA_PARTITIONS: '3', KAFKA_RETENTION_HOURS: '24' };
    expect(await migrate(env)).toEqual({ code: 0, printed: expect.stringContaining('made: made, made.dead') });
    expect(await readBack('made')).toEqual({
      name: 'made',
      partitions: 3,
      replication: 1,
      cleanupPolicy: 'delete',
      retentionMs: 86_400_000 /* 24 h */,
      maxMessageBytes: 10_485_760,
      minInsyncReplicas: 1,
    });
    expect(await readBack('made.dead')).toMatchObject({ partitions: 1, maxMessageBytes: 10_551_296 /* + 64 KiB */ });
    expect(await migrate(env)).toEqual({ code: 0, printed: expect.stringContaining('as they should be') });
  });

  it('says what is wrong with a topic that the operator made, and does not change it', async () => {
    const configEntries = [
      { name: 'cleanup.policy', value: 'compact' },
      { name: 'max.message.bytes', value: '300000' },
      { name: 'retention.ms', value: '3600000' },
    ];
    await admin.createTopics({ topics: [{ topic: 'wrong', numPartitions: 2, replicationFactor: 1, configEntries }] });
    const stated = { KAFKA_PARTITIONS: '4', KAFKA_RETENTION_HOURS: '48', KAFKA_MAX_MESSAGE_BYTES: '1000000' };
    const { code, printed } = await migrate({ ...broker.env, KAFKA_TOPIC: 'wrong', ...stated });
    expect(code).toBe(78);
    expect(printed.match(/topic wrong: .*/g)).toEqual([
      expect.stringContaining('cleanup.policy is compact'),
      expect.stringContaining('partitions is 2, but KAFKA_PARTITIONS says 4'),
      expect.stringContaining('max.message.bytes is 300000, but KAFKA_MAX_MESSAGE_BYTES says 1000000'),
      expect.stringContaining('retention in hours is 1, but KAFKA_RETENTION_HOURS says 48'),
    ]);
    expect(await readBack('wrong')).toMatchObject({ partitions: 2, cleanupPolicy: 'compact' });
  });

  it('takes a topic of the operator whose figures nobody contradicted', async () => {
    await admin.createTopics({ topics: [{ topic: 'theirs', numPartitions: 2, replicationFactor: 1 }] });
    expect(await migrate({ ...broker.env, KAFKA_TOPIC: 'theirs' })).toMatchObject({ code: 0 });
  });

  it('says what the broker refuses', async () => {
    const { code, printed } = await migrate({ ...broker.env, KAFKA_TOPIC: 'copies', KAFKA_REPLICATION: '3' });
    expect(code).toBe(78);
    expect(printed).toMatch(/topic copies could not be made: .*replica/i);
  });

  it('says that no broker answers, as something that may pass', async () => {
    const { code, printed } = await migrate({ KAFKA_BROKERS: '127.0.0.1:9' });
    expect(code).toBe(1);
    expect(printed).toMatch(/ECONNREFUSED/);
  });

  const sasl = (mechanism: string, password = APP_PASSWORD) => ({
    KAFKA_BROKERS: broker.secure.sasl,
    KAFKA_TLS: 'true',
    KAFKA_TLS_CA: broker.secure.certificate,
    KAFKA_SASL_MECHANISM: mechanism,
    KAFKA_SASL_USERNAME: APP_USER,
    KAFKA_SASL_PASSWORD: password,
  });

  it.each(['plain', 'scram-sha-256', 'scram-sha-512'])('signs in with %s over TLS', async (mechanism) => {
    expect(await migrate({ ...sasl(mechanism), KAFKA_TOPIC: mechanism })).toMatchObject({ code: 0 });
    expect(await readBack(mechanism)).toMatchObject({ name: mechanism });
  });

  it('shows a client certificate', async () => {
    const { tls, certificate, key } = broker.secure;
    const files = { KAFKA_TLS_CA: certificate, KAFKA_TLS_CERT: certificate, KAFKA_TLS_KEY: key };
    expect(await migrate({ KAFKA_BROKERS: tls, KAFKA_TLS: 'true', ...files })).toMatchObject({ code: 0 });
  });

  it('says that a password is wrong, without showing it', async () => {
    const { code, printed } = await migrate(sasl('scram-sha-256', 'not-the-password'));
    expect(code).toBe(78);
    expect(printed).toMatch(/authentication/i);
    expect(printed).not.toContain('not-the-password');
  });

  it('names the variable of a file that cannot be read', async () => {
    const { code, printed } = await migrate({ ...sasl('plain'), KAFKA_TLS_CA: '/nowhere/ca.pem' });
    expect(code).toBe(78);
    expect(printed).toContain('KAFKA_TLS_CA: cannot read /nowhere/ca.pem');
  });
});
