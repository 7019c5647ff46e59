import { type ChildProcess, fork } from 'node:child_process';
import { findInstallation } from '../../demo/installation.ts';
import type { Run } from './scenario.ts';

const INGEST = new URL('../../ingest/main.ts', import.meta.url);

/** One more ingester of a running installation, beside the supervisor's. */
export async function startIngester({ installation }: Run): Promise<ChildProcess> {
  const { data, warehouse } = await findInstallation({ SPENDLENS_DATA: installation.stack.folder });
  const env = {
    SPENDLENS_DATA: data,
    SPENDLENS_LOG_LEVEL: 'warn',
    CLICKHOUSE_URL: warehouse.url,
    CLICKHOUSE_USER: warehouse.user,
    CLICKHOUSE_PASSWORD: warehouse.password,
    ...installation.topic?.environment,
  };
  return fork(INGEST, [], { stdio: 'ignore', env: { ...process.env, ...env } });
}
