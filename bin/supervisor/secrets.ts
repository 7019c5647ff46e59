import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { SpendlensError } from '../../domain/error.ts';
import { replaceFile } from '../../process/atomic-file.ts';

const secrets = z.object({
  /** Signs in to the dashboard. */
  token: z.string().min(16),
  ingestPassword: z.string().min(16),
  dashboardPassword: z.string().min(16),
  readerPassword: z.string().min(16),
});
export type Secrets = z.infer<typeof secrets>;

/** Those that are `given`, and the others from `secrets.json` (mode 0600) of the data folder, made on the first start. */
export async function loadSecrets(dataFolder: string, given: Partial<Secrets>): Promise<Secrets> {
  const { token, ingestPassword, dashboardPassword, readerPassword } = given;
  if (token && ingestPassword && dashboardPassword && readerPassword) {
    return { token, ingestPassword, dashboardPassword, readerPassword };
  }
  return { ...(await loadFile(dataFolder)), ...given };
}

async function loadFile(dataFolder: string): Promise<Secrets> {
  const path = join(dataFolder, 'secrets.json');
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw new SpendlensError('data_folder_unusable', `cannot read ${path}: ${error.message}`, { cause: error });
  });
  if (text === null) return makeSecrets(path);
  const parsed = secrets.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw new SpendlensError('data_folder_unusable', `${path} is damaged: ${z.prettifyError(parsed.error)}`);
}

async function makeSecrets(path: string): Promise<Secrets> {
  const secret = () => randomBytes(24).toString('base64url');
  const made: Secrets = {
    token: secret(),
    ingestPassword: secret(),
    dashboardPassword: secret(),
    readerPassword: secret(),
  };
  await replaceFile(path, `${JSON.stringify(made, null, 2)}\n`);
  return made;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
