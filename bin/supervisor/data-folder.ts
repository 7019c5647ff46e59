import { access, constants, mkdir } from 'node:fs/promises';
import { SpendlensError } from '../../domain/error.ts';
import { type SocketLock, takeSocketLock } from '../../process/socket-lock.ts';

/**
 * Makes the folder and takes it for this supervisor alone.
 * @throws SpendlensError data_folder_unusable or data_folder_in_use
 */
export async function takeDataFolder(folder: string): Promise<SocketLock> {
  await makeFolder(folder);
  const lock = await takeSocketLock(folder, 'supervisor').catch((cause: unknown) => {
    throw unusable(`cannot lock the data folder ${folder}: ${messageOf(cause)}`, cause);
  });
  if (lock !== null) return lock;
  throw new SpendlensError(
    'data_folder_in_use',
    `another Spendlens runs on ${folder}. Stop it first, or set SPENDLENS_DATA to another folder.`,
  );
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw unusable(
      `cannot use the data folder ${folder}: ${messageOf(cause)}. ` +
        'It must be a folder that this user can read and write; SPENDLENS_DATA names another.',
      cause,
    );
  }
}

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

const unusable = (message: string, cause: unknown): SpendlensError =>
  new SpendlensError('data_folder_unusable', message, { cause });
