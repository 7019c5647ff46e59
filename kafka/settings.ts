import { z } from 'zod';
import { SpendlensError } from '../domain/error.ts';

const whole = (from: number, to: number) =>
  z.coerce.number({ error: 'expected a whole number' }).int('expected a whole number').min(from).max(to);

const BROKER = /^(?:\[[\da-f:]+\]|[^\s:,[\]]+):(\d{1,5})$/i;
const isBroker = (text: string) => {
  const port = Number(BROKER.exec(text)?.[1] ?? 0);
  return port > 0 && port < 65_536;
};

const mechanisms = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;
const compressions = ['none', 'gzip', 'zstd'] as const;
export type Compression = (typeof compressions)[number];

const schema = z
  .object({
    KAFKA_BROKERS: z
      .string()
      .transform((text) => text.split(',').map((broker) => broker.trim()))
      .refine((brokers) => brokers.every(isBroker), 'expected host:port, several of them separated by commas'),
    // What Kafka allows in a topic's name, less the room that `.dead` takes.
    KAFKA_TOPIC: z
      .string()
      .regex(/^(?!\.{1,2}$)[\w.-]{1,240}$/, 'expected up to 240 letters, digits, dots, underscores and hyphens')
      .default('spendlens.exchanges'),
    KAFKA_GROUP: z.string().default('spendlens.ingest'),
    KAFKA_SASL_MECHANISM: z.enum(mechanisms).optional(),
    KAFKA_SASL_USERNAME: z.string().optional(),
    KAFKA_SASL_PASSWORD: z.string().optional(),
    KAFKA_TLS: z.enum(['true', 'false']).default('false'),
    KAFKA_TLS_CA: z.string().optional(),
    KAFKA_TLS_CERT: z.string().optional(),
    KAFKA_TLS_KEY: z.string().optional(),
    KAFKA_COMPRESSION: z.enum(compressions).default('zstd'),
    KAFKA_PARTITIONS: whole(1, 1_000).optional(),
    KAFKA_REPLICATION: whole(1, 15).optional(),
    KAFKA_RETENTION_HOURS: whole(1, 24 * 3_650).optional(),
    KAFKA_MAX_MESSAGE_BYTES: whole(256 * 1024, 90 * 1024 ** 2).optional(),
  })
  .superRefine((values, context) => {
    const fault = (name: keyof typeof values, message: string) =>
      context.addIssue({ code: 'custom', path: [name], message });
    const sasl = values.KAFKA_SASL_MECHANISM;
    for (const name of ['KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'] as const) {
      if (sasl !== undefined && values[name] === undefined) fault(name, `needed with KAFKA_SASL_MECHANISM=${sasl}`);
      if (sasl === undefined && values[name] !== undefined) fault(name, 'means nothing without KAFKA_SASL_MECHANISM');
    }
    for (const name of ['KAFKA_TLS_CA', 'KAFKA_TLS_CERT', 'KAFKA_TLS_KEY'] as const) {
      if (values.KAFKA_TLS === 'false' && values[name] !== undefined)
        fault(name, 'means nothing without KAFKA_TLS=true');
    }
    if ((values.KAFKA_TLS_CERT === undefined) !== (values.KAFKA_TLS_KEY === undefined)) {
      fault(
        values.KAFKA_TLS_CERT === undefined ? 'KAFKA_TLS_CERT' : 'KAFKA_TLS_KEY',
        'certificate and key go together',
      );
    }
  });

export interface KafkaSettings {
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly deadTopic: string;
  readonly group: string;
  readonly sasl: {
    readonly mechanism: (typeof mechanisms)[number];
    readonly username: string;
    readonly password: string;
  } | null;
  /** Paths of PEM files; null where the system's certificates do, and where no client certificate is shown. */
  readonly tls: { readonly ca: string | null; readonly cert: string | null; readonly key: string | null } | null;
  readonly compression: Compression;
  readonly topics: TopicSettings;
}

/** How topics are made, and what those that stand must have; null where nothing was stated. */
export interface TopicSettings {
  readonly partitions: number | null;
  readonly replication: number | null;
  readonly retentionHours: number | null;
  readonly maxMessageBytes: number | null;
}

/**
 * Null where KAFKA_BROKERS is not set: then there is no Kafka.
 * @throws SpendlensError config_invalid that names each variable that is wrong, and never what stands in it
 */
export function readKafkaSettings(env: Readonly<Record<string, string | undefined>>): KafkaSettings | null {
  // An empty variable is how shells and compose files pass on what is not set.
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  if (given['KAFKA_BROKERS'] === undefined) return null;
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new SpendlensError('config_invalid', faults.join('\n'));
  }
  return settingsOf(parsed.data);
}

function settingsOf(values: z.infer<typeof schema>): KafkaSettings {
  const mechanism = values.KAFKA_SASL_MECHANISM;
  const username = values.KAFKA_SASL_USERNAME ?? '';
  const password = values.KAFKA_SASL_PASSWORD ?? '';
  const tls = {
    ca: values.KAFKA_TLS_CA ?? null,
    cert: values.KAFKA_TLS_CERT ?? null,
    key: values.KAFKA_TLS_KEY ?? null,
  };
  return {
    brokers: values.KAFKA_BROKERS,
    topic: values.KAFKA_TOPIC,
    deadTopic: `${values.KAFKA_TOPIC}.dead`,
    group: values.KAFKA_GROUP,
    sasl: mechanism === undefined ? null : { mechanism, username, password },
    tls: values.KAFKA_TLS === 'true' ? tls : null,
    compression: values.KAFKA_COMPRESSION,
    topics: {
      partitions: values.KAFKA_PARTITIONS ?? null,
      replication: values.KAFKA_REPLICATION ?? null,
      retentionHours: values.KAFKA_RETENTION_HOURS ?? null,
      maxMessageBytes: values.KAFKA_MAX_MESSAGE_BYTES ?? null,
    },
  };
}
