import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Warehouse } from '../../clickhouse/client.ts';
import type { Inserts } from '../../clickhouse/inserts.ts';
import type { DeadLetterRow } from '../../clickhouse/rows.ts';
import type { Logger } from '../../process/log.ts';
import type { TellOfDead } from '../dead-topic.ts';
import type { PartitionSourceParts } from '../source/partition.ts';

export interface BuryParts {
  readonly topic: string;
  readonly partition: number;
  readonly warehouse: Warehouse;
  readonly inserts: Pick<Inserts, 'deadLetters'>;
  readonly tell: TellOfDead;
  readonly buried: () => void;
  readonly log: Logger;
}

const found = z.object({ n: z.coerce.number() });

/**
 * Returns `bury(message)`: what nobody can identify becomes a dead letter under the place where it stood. No slice
 * holds it, so the place is its token, and it is asked for where the token may be forgotten.
 */
export function createBury(parts: BuryParts): PartitionSourceParts['bury'] {
  const { topic, partition, warehouse, inserts, tell, buried, log } = parts;
  return async function bury(message) {
    const origin = `${topic}/${partition}@${message.offset}`;
    const event = Buffer.from(message.value).toString('base64');
    // A topic that was deleted and made anew has other messages in the same places.
    const digest = createHash('sha256').update(event).digest('hex').toUpperCase();
    const [standing] = await warehouse.rows(found, {
      text: `SELECT count() AS n FROM spendlens.dead_letters
        WHERE outbox_id = '' AND origin = {origin:String} AND hex(SHA256(event)) = {digest:String}`,
      params: { origin, digest },
    });
    if ((standing?.n ?? 0) === 0) {
      log.error({ origin, reason: message.reason }, 'a message that names no exchange is set aside');
      const letter = letterOf(origin, message.reason, event);
      await inserts.deadLetters([letter], `stray:${origin}:${digest}`);
      await tell([letter]);
      buried();
    }
    message.buried = true;
  };
}

function letterOf(origin: string, reason: string, event: string): DeadLetterRow {
  const identity = { outbox_id: '', seq: 0, origin };
  return { ...identity, dead_at: new Date().toISOString(), step: 'identify', reason, tries: 1, event };
}
