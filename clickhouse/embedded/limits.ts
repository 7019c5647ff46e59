import { totalmem } from 'node:os';
import type { Role } from './credentials.ts';

const GIB = 1024 ** 3;
const share = (part: number, most: number) => String(Math.min(most, Math.floor(totalmem() * part)));

/** All statements together. The engine's own default, nine tenths of the machine, leaves nothing to the proxy. */
export const ENGINE_MEMORY = share(0.5, 16 * GIB);

/** What a statement gets unless it asks otherwise. The reader's limits are the gate's and cannot be raised. */
export const DEFAULTS: Readonly<Record<Exclude<Role, 'reader'>, ReadonlyMap<string, string>>> = {
  ingest: new Map([['max_memory_usage', share(0.4, 8 * GIB)]]),
  dashboard: new Map([
    ['max_memory_usage', share(0.3, 4 * GIB)],
    ['max_execution_time', '60'],
    // Rows given as VALUES are data: expressions among them would pass unseen.
    ['input_format_values_interpret_expressions', '0'],
  ]),
};
