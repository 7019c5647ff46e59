import { SpendlensError } from '../../domain/error.ts';
import type { Logger } from '../../process/log.ts';
import type { EntryKey, Environment } from './environment.ts';
import type { Ownership } from './owner.ts';

/** failed: nothing landed, the disk is full or broken; outdated: somebody else owns the outbox now, for good. */
export type WriteOutcome = 'applied' | 'failed' | 'outdated';

/**
 * Returns `write(actions, probe)`: one transaction, on condition that this owner is still the current one. `probe`
 * is an entry that it writes: where the engine reports a failure, only looking tells whether the commit landed, and
 * a seq must not be given out twice.
 */
export function createConditionalWrite(environment: Environment, ownership: Ownership, log: Logger) {
  const { meta, entries } = environment;
  let outdated = false;

  return async function write(actions: () => void, probe: EntryKey | null = null): Promise<WriteOutcome> {
    if (outdated) return 'outdated';
    try {
      if (await meta.ifVersion('owner', ownership.generation, actions)) return 'applied';
      outdated = true;
      const error = new SpendlensError('outbox_lost', `outbox ${ownership.id} has a new owner: recording ends here`);
      log.fatal(error, error.message);
      return 'outdated';
    } catch (error) {
      log.error({ reason: await reasonOf(error) }, 'the outbox could not be written');
      entries.resetReadTxn();
      return probe && entries.doesExist(probe) ? 'applied' : 'failed';
    }
  };
}

/** lmdb hides the reason in a promise beside the error; left alone, its rejection would end the process. */
async function reasonOf(error: unknown): Promise<string> {
  if (!(error instanceof Error) || !('commitError' in error)) return String(error);
  try {
    await error.commitError;
    return error.message;
  } catch (reason) {
    return String(reason);
  }
}
