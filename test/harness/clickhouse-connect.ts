import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const folder = fileURLToPath(new URL('../../node_modules/.cache/clickhouse-connect', import.meta.url));

/** Python's clickhouse-connect, installed once beside the tests; a string says why there is none. */
export async function bringClickHouseConnect(): Promise<
  { python: (script: string, ...args: string[]) => Promise<string> } | string
> {
  try {
    await run('python3', ['-c', 'import sys; assert sys.version_info >= (3, 10)']);
  } catch {
    return 'there is no Python 3.10 or later';
  }
  try {
    if (!existsSync(join(folder, 'clickhouse_connect'))) await install();
  } catch (error) {
    return `pip could not install clickhouse-connect: ${String(error).split('\n')[0]}`;
  }
  return {
    async python(script, ...args) {
      const { stdout } = await run('python3', ['-c', script, ...args], { env: { ...process.env, PYTHONPATH: folder } });
      return stdout;
    },
  };
}

async function install(): Promise<void> {
  const fresh = `${folder}.${process.pid}`;
  await run('python3', ['-m', 'pip', 'install', '--quiet', '--target', fresh, 'clickhouse-connect'], {
    timeout: 180_000,
  });
  await rm(folder, { recursive: true, force: true });
  await rename(fresh, folder);
}
