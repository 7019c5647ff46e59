import { accessSync, constants, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Session } from 'chdb';
import { SpendlensError } from '../../domain/error.ts';
import { ENGINE_MEMORY } from './limits.ts';

export interface Engine {
  readonly folder: string;
  readonly version: string;
  open(): Session;
  close(): Promise<void>;
}

const DRAIN_MS = 2_000;
const CONFIG = 'spendlens.xml';
const asXml = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
// The caches' own defaults are gigabytes, for machines that do nothing else.
const setup = (folder: string) => `<clickhouse>
  <backups><allowed_path>${asXml(join(folder, 'backups'))}/</allowed_path></backups>
  <max_server_memory_usage>${ENGINE_MEMORY}</max_server_memory_usage>
  <mark_cache_size>268435456</mark_cache_size>
  <primary_index_cache_size>268435456</primary_index_cache_size>
  <index_mark_cache_size>67108864</index_mark_cache_size>
</clickhouse>
`;

/**
 * Opens the folder with chDB. Only one process can: the engine itself locks it.
 * @throws SpendlensError platform_unsupported, data_folder_unusable or data_folder_in_use
 */
export async function openEngine(folder: string): Promise<Engine> {
  prepareFolder(folder);
  const chdb = await loadEngine();
  const connectionArgs = [`--config-file=${join(folder, CONFIG)}`];
  const open = () => new chdb.Session(folder, { connectionArgs });
  const first = firstSession(open, folder);
  const version = first.query('SELECT version()', 'TSVRaw').trim();
  return {
    folder,
    version,
    open,
    async close() {
      first.close();
      // What does not end now is ended with the process.
      await Promise.race([chdb.drainPending(), sleep(DRAIN_MS)]);
    },
  };
}

async function loadEngine(): Promise<typeof import('chdb')> {
  try {
    return await import('chdb');
  } catch (cause) {
    throw new SpendlensError(
      'platform_unsupported',
      `The embedded ClickHouse engine does not run on ${process.platform}-${process.arch} with this C library. ` +
        'Run a ClickHouse server and set CLICKHOUSE_URL, CLICKHOUSE_USER and CLICKHOUSE_PASSWORD.',
      { cause },
    );
  }
}

function prepareFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    writeFileSync(join(folder, CONFIG), setup(folder));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SpendlensError('data_folder_unusable', `The warehouse's folder ${folder} cannot be used: ${reason}`, {
      cause,
    });
  }
}

function firstSession(open: () => Session, folder: string): Session {
  try {
    return open();
  } catch (cause) {
    const owner = ownerOf(folder);
    if (owner !== null) {
      throw new SpendlensError('data_folder_in_use', `Process ${owner} has the warehouse's folder ${folder} open.`, {
        cause,
      });
    }
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SpendlensError('data_folder_unusable', `The engine cannot open ${folder}: ${reason}`, { cause });
  }
}

/** The engine writes its pid beside the data, and says on stderr alone that it found another's lock. */
function ownerOf(folder: string): number | null {
  try {
    const pid = Number(/PID: (\d+)/.exec(readFileSync(join(folder, 'status'), 'utf8'))?.[1]);
    process.kill(pid, 0);
    return pid === process.pid ? null : pid;
  } catch {
    return null;
  }
}
