import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { SpendlensError } from '../domain/error.ts';
import { replaceFile } from '../process/atomic-file.ts';
import { acknowledgement } from '../proxy/outbox/acknowledgement.ts';
import { slice } from './slice.ts';

const intent = z.object({
  slice,
  /** How many ingesters began on it and were not seen to finish. */
  tries: z.number().int().nonnegative(),
});
export type Intent = z.infer<typeof intent>;

/** All that ingest remembers, in one file that the proxies read too: what is done, and what is being done. */
export const ingestState = acknowledgement.extend({
  version: z.literal(1),
  /** Drawn by the process that wrote this last. */
  writer: z.string(),
  /** What is being inserted, before anything of it may have landed. */
  intent: intent.nullable(),
  /** Parts of a slice that was cut up, due before anything new. */
  due: z.array(slice),
});
export type IngestState = z.infer<typeof ingestState>;

export const emptyState: IngestState = { version: 1, writer: '', marks: {}, intent: null, due: [] };

/** @throws SpendlensError data_folder_unusable where the file is there and cannot be read: to guess would count twice. */
export async function loadState(path: string): Promise<IngestState> {
  const text = await read(path);
  if (text === null) return emptyState;
  const parsed = ingestState.safeParse(parse(text));
  if (parsed.success) return parsed.data;
  throw new SpendlensError(
    'data_folder_unusable',
    `${path} is not a state of ours (${z.prettifyError(parsed.error)}); without the file, ingest asks the warehouse what it holds`,
  );
}

export async function saveState(path: string, state: IngestState): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await replaceFile(path, JSON.stringify(state));
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
