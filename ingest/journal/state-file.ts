import { randomBytes } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { SpendlensError } from '../../domain/error.ts';
import { replaceFile } from '../../process/atomic-file.ts';
import { acknowledgement } from '../../proxy/outbox/acknowledgement.ts';
import { slice } from '../slice.ts';
import { emptyState, intent, type JournalState, type StateStore } from './state.ts';

/** One file, which the proxies read too. */
const fileForm = acknowledgement.extend({
  version: z.literal(1),
  /** Drawn by the process that wrote this last. */
  writer: z.string(),
  intent: intent.nullable(),
  due: z.array(slice),
});

/** A file that is replaced and synced whole. */
export function createStateFile(path: string): StateStore {
  const writer = randomBytes(6).toString('hex');

  async function write({ marks, intent, due }: JournalState): Promise<void> {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await replaceFile(path, JSON.stringify({ version: 1, marks: Object.fromEntries(marks), writer, intent, due }));
  }

  return {
    async load() {
      const { writer: _, ...state } = await loadState(path);
      await write(state);
      return state;
    },
    async save(state) {
      // A process that was paused for long may wake beside its successor: it must not put the old marks back.
      if ((await loadState(path)).writer !== writer) {
        throw new SpendlensError('slice_too_old', 'this ingester gives up its slice: another ingester has taken over');
      }
      await write(state);
    },
  };
}

/** @throws SpendlensError data_folder_unusable where the file is there and cannot be read: to guess would count twice. */
export async function loadState(path: string): Promise<JournalState & { readonly writer: string }> {
  const text = await read(path);
  if (text === null) return { ...emptyState, writer: '' };
  const parsed = fileForm.safeParse(parse(text));
  if (parsed.success) return { ...parsed.data, marks: new Map(Object.entries(parsed.data.marks)) };
  throw new SpendlensError(
    'data_folder_unusable',
    `${path} is not a state of ours (${z.prettifyError(parsed.error)}); without the file, ingest asks the warehouse what it holds`,
  );
}

async function read(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return null;
    throw new SpendlensError('data_folder_unusable', `cannot read ${path}: ${String(cause)}`, { cause });
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
