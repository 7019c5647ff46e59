import { z } from 'zod';
import { SpendlensError } from '../../domain/error.ts';
import { type KafkaSettings, readKafkaSettings } from '../../kafka/settings.ts';

export interface ForwarderConfig {
  readonly data: string;
  readonly kafka: KafkaSettings;
}

const dataFolder = z.string({ error: 'expected the path of the data folder' }).min(1);

/** @throws SpendlensError config_invalid that names the variable */
export function readForwarderConfig(env: Readonly<Record<string, string | undefined>>): ForwarderConfig {
  const kafka = readKafkaSettings(env);
  if (kafka === null) throw new SpendlensError('config_invalid', 'KAFKA_BROKERS: expected host:port of a broker');
  const data = dataFolder.safeParse(env['SPENDLENS_DATA']);
  if (!data.success) throw new SpendlensError('config_invalid', `SPENDLENS_DATA: ${data.error.issues[0]?.message}`);
  return { data: data.data, kafka };
}
