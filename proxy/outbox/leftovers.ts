import type { Logger } from '../../process/log.ts';
import type { Committer } from './committer.ts';
import type { Environment } from './environment.ts';

const none = { exchanges: 0, bodies: 0 };

/**
 * Appends under the new id what an earlier owner had in flight when it died: the skeletons say `aborted` already.
 * Returns the highest ticket that was found, without waiting for the disk: on a full one nobody could start.
 */
export function appendLeftovers({ inflight }: Environment, committer: Committer, log: Logger): number {
  const leftovers = [...inflight.getRange()].map(({ key, value }) => ({ ticket: key, encoded: Buffer.from(value) }));
  if (leftovers.length === 0) return 0;
  for (const { ticket } of leftovers) committer.adopt(ticket);
  const appended = leftovers.map(({ ticket, encoded }) => committer.end(ticket, encoded, none));
  void Promise.all(appended).then((accepted) => {
    log.warn({ aborted: accepted.filter(Boolean).length }, 'an earlier owner died with exchanges in flight');
  });
  return Math.max(...leftovers.map(({ ticket }) => ticket));
}
