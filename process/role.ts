import { Registry } from 'prom-client';
import { SpendlensError } from '../domain/error.ts';
import { createLog, type Logger } from './log.ts';
import { EXIT_CONFIG } from './messages.ts';
import { createSupervision, type Supervision } from './supervised.ts';

/** What a role gets from the process around it. */
export interface RoleContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Logger;
  readonly registry: Registry;
  readonly supervision: Supervision;
}

export interface RunningRole {
  /** The port that it listens on, null where it listens on none. */
  readonly port: number | null;
  /** Finishes what is under way and releases everything; called once. */
  stop(): Promise<void>;
}

/**
 * Runs one role as this process: starts it, tells the supervisor, and on SIGTERM or on the supervisor's death
 * stops it and exits. SIGINT is left to the supervisor, since a terminal sends it to the whole group.
 */
export async function runRole(name: string, start: (context: RoleContext) => Promise<RunningRole>): Promise<void> {
  const env = process.env;
  const log = createLog(name, env['SPENDLENS_LOG_LEVEL'] ?? 'info');
  const registry = new Registry();
  let role: RunningRole | undefined;
  let stopping = false;
  const stop = async (why: string) => {
    if (stopping) return;
    stopping = true;
    log.debug({ why }, 'stopping');
    try {
      await role?.stop();
      process.exit(0);
    } catch (error) {
      log.fatal(error, 'could not stop cleanly');
      process.exit(1);
    }
  };
  process.on('SIGTERM', () => void stop('SIGTERM'));
  process.on('SIGINT', () => {
    if (!process.connected) void stop('SIGINT');
  });
  const supervision = createSupervision(registry, () => void stop('supervisor gone'));
  try {
    role = await start({ env, log, registry, supervision });
  } catch (error) {
    exitAtStart(name, error);
  }
  supervision.ready(role.port);
}

/** A failure that somebody must mend is one sentence and no stack; anything else is a crash and shows all. */
function exitAtStart(name: string, error: unknown): never {
  if (error instanceof SpendlensError && !error.retryable) {
    process.stderr.write(`spendlens ${name}: ${error.message}\n`);
    process.exit(EXIT_CONFIG);
  }
  process.stderr.write(`spendlens ${name}: ${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
}
