import { randomBytes } from 'node:crypto';
import { type Environment, type LostCounts, lostCounts, ownerRecord, type Totals, totals } from './environment.ts';

export interface Ownership {
  readonly id: string;
  /** Version of the owner's record: a write that names another one does nothing. */
  readonly generation: number;
  readonly totals: Totals;
  /** Told by nobody yet: an earlier owner counted them and was gone. */
  readonly lost: LostCounts;
}

/** Takes the environment over under a fresh id, which outdates whoever had it before. */
export function takeOwnership(environment: Environment): Ownership {
  const { meta } = environment;
  return meta.transactionSync(() => {
    const generation = (meta.getEntry('owner')?.version ?? 0) + 1;
    const id = freshId();
    meta.put('owner', { id, closed: false }, generation);
    return {
      id,
      generation,
      totals: totals.catch({ bytes: 0, entries: 0 }).parse(meta.get('totals')),
      lost: lostCounts.catch({ exchanges: 0, bodies: 0 }).parse(meta.get('lost')),
    };
  });
}

/** Id of the one who writes here now, null after a clean close. */
export function currentOwner(environment: Environment): string | null {
  const parsed = ownerRecord.safeParse(environment.meta.get('owner'));
  return parsed.success && !parsed.data.closed ? parsed.data.id : null;
}

const LETTERS = '0123456789abcdefghjkmnpqrstvwxyz';

/** 60 random bits in 12 letters: short, since marks of many outboxes must fit in 4 KiB of Kafka's offset metadata. */
function freshId(): string {
  return Array.from(randomBytes(12), (byte) => LETTERS[byte % LETTERS.length]).join('');
}
