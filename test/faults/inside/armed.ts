import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';

/** What happens when a process gets to an armed line. */
export const strike = z.object({
  /** Null = the process that got there. */
  pid: z.number().int().positive().nullable(),
  signal: z.enum(['SIGKILL', 'SIGSTOP']),
  delayMs: z.number().nonnegative(),
});
export type Strike = z.infer<typeof strike>;

/** The file whose presence arms a line of a role; whoever gets there first takes it away. */
export const armedPath = (folder: string, role: string, point: string): string =>
  join(folder, `armed-${role}-${point}`);
export const struckPath = (folder: string, role: string, point: string): string =>
  `${armedPath(folder, role, point)}.struck`;

const SETTLE_MS = 50;

/** Returns `reached(point)` for a role of the installation whose data folder this process has. */
export function createReached(role: string): (point: string) => Promise<void> {
  const folder = process.env['SPENDLENS_DATA'] ?? '';
  return async function reached(point) {
    try {
      renameSync(armedPath(folder, role, point), struckPath(folder, role, point));
    } catch {
      return;
    }
    const { pid, signal, delayMs } = strike.parse(JSON.parse(readFileSync(struckPath(folder, role, point), 'utf8')));
    if (pid !== null) {
      setTimeout(() => process.kill(pid, signal), delayMs);
      return;
    }
    process.kill(process.pid, signal);
    // The signal takes a moment: not one line more is to run before it.
    await sleep(SETTLE_MS);
  };
}
