import { createWarehouse } from '../clickhouse/client.ts';
import { SpendlensError } from '../domain/error.ts';
import { type SocketLock, takeSocketLock } from '../process/socket-lock.ts';
import { runHistory } from './history/history.ts';
import { type DemoSignals, findInstallation, type Installation } from './installation.ts';
import { runLive } from './live/live.ts';
import { type DemoOptions, help, readOptions } from './options.ts';
import { drainLeftovers } from './outbox.ts';
import { removeDemoRows } from './removal.ts';

interface Terminal {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** The command `npm run demo`; answers its exit code. */
export async function runDemo(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  out: Terminal,
  errors: Terminal,
): Promise<number> {
  try {
    const options = readOptions(args);
    if (options.mode === 'help') out.write(help);
    else await runLocked(options, await findInstallation(env), out);
    return 0;
  } catch (error) {
    if (!(error instanceof SpendlensError)) throw error;
    errors.write(`spendlens demo: ${error.message}\n`);
    return error.code === 'config_invalid' ? 2 : 1;
  }
}

type Work = Exclude<DemoOptions, { mode: 'help' }>;

/** One demo at a time: what another one leaves lying about is then nobody's. */
async function runLocked(options: Work, installation: Installation, out: Terminal): Promise<void> {
  const lock = await takeLock(installation);
  const interrupts = listenForInterrupts(out);
  try {
    await run(options, installation, interrupts.signals, out);
  } finally {
    interrupts.stop();
    await lock.release();
  }
}

async function takeLock({ data }: Installation): Promise<SocketLock> {
  const lock = await takeSocketLock(data, 'demo');
  if (lock !== null) return lock;
  throw new SpendlensError('data_folder_in_use', `a demo runs on ${data} already. Stop it first, or wait for its end.`);
}

async function run(options: Work, installation: Installation, signals: DemoSignals, out: Terminal): Promise<void> {
  switch (options.mode) {
    case 'history':
      return runHistory(installation, options, signals, out);
    case 'live':
      return runLive(installation, options, signals, out);
    case 'remove':
      return runRemoval(installation, signals.leave, out);
  }
}

async function runRemoval(installation: Installation, leave: AbortSignal, out: Terminal): Promise<void> {
  const say = (line: string) => void out.write(`${line}\n`);
  await drainLeftovers(installation, say, leave);
  const warehouse = createWarehouse(installation.warehouse);
  try {
    const taken = await removeDemoRows(warehouse, installation.data, say);
    say(taken === 0 ? 'There are no demo rows.' : `Removed ${taken.toLocaleString('en')} demo requests.`);
  } finally {
    await warehouse.close();
  }
}

/** The first Ctrl-C ends the work in order, the second one leaves at once. */
function listenForInterrupts(out: Terminal): { signals: DemoSignals; stop(): void } {
  const stop = new AbortController();
  const leave = new AbortController();
  const onSignal = () => {
    if (stop.signal.aborted) return leave.abort();
    out.write('\nStopping; ingest takes in what is written (Ctrl-C again leaves at once) …\n');
    stop.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    signals: { stop: stop.signal, leave: leave.signal },
    stop() {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
}
