import { access, constants, mkdir, rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { join, relative } from 'node:path';
import { SpendlensError } from '../../domain/error.ts';

/**
 * Makes the folder and takes it for this supervisor alone. The lock is a listening socket: unlike a file with a
 * process id it is free at once when its owner dies, however it dies.
 * @throws SpendlensError data_folder_unusable or data_folder_in_use
 */
export async function takeDataFolder(folder: string): Promise<{ release(): Promise<void> }> {
  await makeFolder(folder);
  const path = socketPath(folder);
  if (await somebodyListens(path)) {
    throw new SpendlensError(
      'data_folder_in_use',
      `another Spendlens runs on ${folder}. Stop it first, or set SPENDLENS_DATA to another folder.`,
    );
  }
  await rm(path, { force: true });
  const server = await listen(path, folder);
  return {
    release: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new SpendlensError(
      'data_folder_unusable',
      `cannot use the data folder ${folder}: ${cause instanceof Error ? cause.message : String(cause)}. ` +
        'It must be a folder that this user can read and write; SPENDLENS_DATA names another.',
      { cause },
    );
  }
}

/** Socket paths are limited to about 100 bytes, so the shorter spelling is taken. */
function socketPath(folder: string): string {
  const absolute = join(folder, 'supervisor.sock');
  const fromHere = relative(process.cwd(), absolute);
  return fromHere.length < absolute.length ? fromHere : absolute;
}

function somebodyListens(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

function listen(path: string, folder: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (cause) =>
      reject(
        new SpendlensError('data_folder_unusable', `cannot lock the data folder ${folder}: ${cause.message}`, {
          cause,
        }),
      ),
    );
    server.listen(path, () => {
      server.unref();
      resolve(server);
    });
  });
}
