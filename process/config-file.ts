import { readFile } from 'node:fs/promises';
import { type Config, parseConfig } from '../domain/config.ts';
import { SpendlensError } from '../domain/error.ts';

/**
 * What the file at `path` says; nothing where there is none.
 * @throws SpendlensError config_invalid
 */
export async function readConfigFile(path: string | null): Promise<Config> {
  if (path === null) return parseConfig('', 'spendlens.yaml');
  try {
    return parseConfig(await readFile(path, 'utf8'), path);
  } catch (error) {
    if (error instanceof SpendlensError) throw error;
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return parseConfig('', path);
    throw new SpendlensError('config_invalid', `SPENDLENS_CONFIG: cannot read ${path}: ${String(error)}`, {
      cause: error,
    });
  }
}
