import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SpendlensError } from '../../domain/error.ts';
import { EXIT_CONFIG } from '../../process/messages.ts';

const script = join(import.meta.dirname, '..', 'migrate.ts');
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

/**
 * Runs to its end before anything reads or writes the warehouse, again and again while the warehouse is away: the
 * proxy serves meanwhile. Rejects where somebody must mend something, or with the signal's reason.
 */
export async function migratePatiently(env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<void> {
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    const code = await migrate(env, signal);
    if (code === 0) return;
    signal.throwIfAborted();
    if (code === EXIT_CONFIG) {
      throw new SpendlensError('warehouse_refused', 'the migrations failed; the lines above say why');
    }
    process.stderr.write(`spendlens: the migrations wait for the warehouse; next try in ${pause} ms\n`);
    await sleep(pause, undefined, { signal });
  }
}

function migrate(env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script], { env, stdio: ['ignore', 'ignore', 'inherit'], signal });
    child.once('error', (error) => (signal.aborted ? resolve(null) : reject(error)));
    child.once('exit', (code) => resolve(code));
  });
}
