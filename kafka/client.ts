import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import { promisify } from 'node:util';
import { constants, zstdCompress, zstdDecompress } from 'node:zlib';
// CommonJS whose names Node cannot see: only the whole of it can be imported.
import kafkajs, { type CompressionTypes, type Kafka, type KafkaConfig, type LogEntry, type SASLOptions } from 'kafkajs';
import { SpendlensError } from '../domain/error.ts';
import type { Logger } from '../process/log.ts';
import type { Compression, KafkaSettings } from './settings.ts';

const { CompressionCodecs, CompressionTypes: Codec, logLevel } = kafkajs;
const compressZstd = promisify(zstdCompress);
const decompressZstd = promisify(zstdDecompress);
/** Batches are large: in Node's pieces of 16 KiB, undoing one costs twice as much. */
const chunkSize = 256 * 1024;
const packing = { chunkSize, params: { [constants.ZSTD_c_compressionLevel]: 3 } };

CompressionCodecs[Codec.ZSTD] = () => ({
  compress: ({ buffer }: { buffer: Buffer }) => compressZstd(buffer, packing),
  decompress: (buffer: Buffer) => decompressZstd(buffer, { chunkSize }),
});

/** As the producer names them. */
export const compressionTypes: Readonly<Record<Compression, CompressionTypes>> = {
  none: Codec.None,
  gzip: Codec.GZIP,
  zstd: Codec.ZSTD,
};

/**
 * A client whose connections fail within seconds: whoever uses it has its own patience.
 * @throws SpendlensError config_invalid where a file of KAFKA_TLS_* cannot be read
 */
export function createKafka(settings: KafkaSettings, clientId: string, log: Logger): Kafka {
  const config: KafkaConfig = {
    clientId,
    brokers: [...settings.brokers],
    connectionTimeout: 3_000,
    authenticationTimeout: 10_000,
    requestTimeout: 15_000,
    retry: { retries: 5 },
    logLevel: log.isLevelEnabled('trace') ? logLevel.DEBUG : logLevel.WARN,
    logCreator: () => (entry) => write(log, entry),
  };
  if (settings.tls) config.ssl = tlsOptions(settings.tls);
  if (settings.sasl) config.sasl = saslOptions(settings.sasl);
  return new kafkajs.Kafka(config);
}

/**
 * The library complains of each try of each connection, several lines a second while a broker is away. Our own
 * processes say once what is wrong, so its words are for those who look for them.
 */
function write(log: Logger, { namespace, level, log: { message, timestamp, logger, ...rest } }: LogEntry): void {
  const worth = level === logLevel.ERROR || level === logLevel.WARN ? 'debug' : 'trace';
  log[worth]({ kafka: namespace, ...rest }, message);
}

function tlsOptions({ ca, cert, key }: NonNullable<KafkaSettings['tls']>): ConnectionOptions {
  return {
    ...(ca !== null && { ca: readPem('KAFKA_TLS_CA', ca) }),
    ...(cert !== null && { cert: readPem('KAFKA_TLS_CERT', cert) }),
    ...(key !== null && { key: readPem('KAFKA_TLS_KEY', key) }),
  };
}

function readPem(variable: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new SpendlensError('config_invalid', `${variable}: cannot read ${path}: ${String(cause)}`, { cause });
  }
}

function saslOptions({ mechanism, username, password }: NonNullable<KafkaSettings['sasl']>): SASLOptions {
  // One literal each: the library's type ties every mechanism to its own shape.
  switch (mechanism) {
    case 'plain':
      return { mechanism: 'plain', username, password };
    case 'scram-sha-256':
      return { mechanism: 'scram-sha-256', username, password };
    case 'scram-sha-512':
      return { mechanism: 'scram-sha-512', username, password };
  }
}
