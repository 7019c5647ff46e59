import type { Inserts } from '../clickhouse/inserts.ts';
import type { Patience } from '../clickhouse/patience.ts';
import type { TellOfDead } from './dead-topic.ts';
import type { Journal } from './journal/journal.ts';
import type { SliceRows } from './prepare.ts';

/** What has just happened in the delivery of a slice: tests stop an ingester at exactly these places. */
export type DeliveryPoint = 'intent' | 'bodies' | 'deadLetters' | 'attempts' | 'gaps' | 'slices';

export interface DeliverOptions {
  readonly inserts: Inserts;
  readonly journal: Pick<Journal, 'assertFresh' | 'renew'>;
  readonly patiently: Patience;
  readonly tell?: TellOfDead;
  readonly reached?: (point: DeliveryPoint) => Promise<void>;
}

/**
 * Returns `deliver(rows)`: each table's rows as one block, the slice's own row last, so that it says that all the
 * others stand there. Waits for a warehouse that is away or busy as long as it takes.
 */
export function createDeliver(options: DeliverOptions) {
  const { inserts, journal, patiently, tell = async () => undefined, reached = async () => undefined } = options;

  async function insert(point: DeliveryPoint, send: () => Promise<void>): Promise<void> {
    await patiently(
      () => {
        journal.assertFresh();
        return send();
      },
      () => journal.renew(),
    );
    await reached(point);
  }

  return async function deliver(rows: SliceRows): Promise<void> {
    const { id, token } = rows;
    await reached('intent');
    await insert('bodies', () => inserts.bodies(rows.bodies, token));
    await insert('deadLetters', () => inserts.deadLetters(rows.deadLetters, token));
    await tell(rows.deadLetters);
    await insert('attempts', () => inserts.attempts(rows.attempts, token));
    await insert('gaps', () => inserts.gaps(rows.gaps, id));
    await insert('slices', () => inserts.slices(rows.slices, id));
  };
}
