import { describe, expect, it } from 'vitest';
import { readKafkaSettings } from '../../../kafka/settings.ts';

const brokers = { KAFKA_BROKERS: 'a.example:9092, [::1]:9093' };

describe('Kafka settings', () => {
  it('are none where no broker is named', () => {
    expect(readKafkaSettings({})).toBeNull();
    expect(readKafkaSettings({ KAFKA_BROKERS: '', KAFKA_TOPIC: 'x' })).toBeNull();
  });

  it('have defaults for all but the brokers', () => {
    expect(readKafkaSettings({ ...brokers, KAFKA_GROUP: '' })).toEqual({
      brokers: ['a.example:9092', '[::1]:9093'],
      topic: 'spendlens.exchanges',
      deadTopic: 'spendlens.exchanges.dead',
      group: 'spendlens.ingest',
      sasl: null,
      tls: null,
      compression: expect.stringMatching(/^(gzip|zstd)$/),
      topics: { partitions: null, replication: null, retentionHours: null, maxMessageBytes: null },
    });
  });

  it.each([
    { env: { KAFKA_BROKERS: 'a.example' }, fault: /^KAFKA_BROKERS: expected host:port/ },
    { env: { KAFKA_BROKERS: 'a:9092,,b:9092' }, fault: /^KAFKA_BROKERS/ },
    { env: { KAFKA_BROKERS: 'a:70000' }, fault: /^KAFKA_BROKERS/ },
    { env: { ...brokers, KAFKA_TOPIC: '..' }, fault: /^KAFKA_TOPIC/ },
    { env: { ...brokers, KAFKA_SASL_MECHANISM: 'kerberos' }, fault: /^KAFKA_SASL_MECHANISM/ },
    { env: { ...brokers, KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_USERNAME: 'u' }, fault: /^KAFKA_SASL_PASSWORD/ },
    { env: { ...brokers, KAFKA_SASL_USERNAME: 'u' }, fault: /^KAFKA_SASL_USERNAME: means nothing/ },
    { env: { ...brokers, KAFKA_TLS: 'yes' }, fault: /^KAFKA_TLS:/ },
    { env: { ...brokers, KAFKA_TLS: 'true', KAFKA_TLS_CERT: '/c' }, fault: /^KAFKA_TLS_KEY/ },
    { env: { ...brokers, KAFKA_TLS_CA: '/c' }, fault: /^KAFKA_TLS_CA: means nothing/ },
    { env: { ...brokers, KAFKA_COMPRESSION: 'lz4' }, fault: /^KAFKA_COMPRESSION/ },
    { env: { ...brokers, KAFKA_PARTITIONS: 'many' }, fault: /^KAFKA_PARTITIONS: expected a whole number/ },
    { env: { ...brokers, KAFKA_MAX_MESSAGE_BYTES: '1000' }, fault: /^KAFKA_MAX_MESSAGE_BYTES/ },
  ])('$env names the variable that is wrong', ({ env, fault }) => {
    expect(() => readKafkaSettings(env)).toThrow(fault);
  });

  it('never print a password', () => {
    const env = { ...brokers, KAFKA_SASL_PASSWORD: 'hunter2hunter2' };
    expect(() => readKafkaSettings(env)).toThrow(/^(?!.*hunter2).*KAFKA_SASL_PASSWORD/s);
  });
});
