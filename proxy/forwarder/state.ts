import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { replaceFile } from '../../process/atomic-file.ts';
import type { Logger } from '../../process/log.ts';
import { acknowledgement } from '../outbox/acknowledgement.ts';

const stateFile = acknowledgement.extend({
  version: z.literal(1),
  partitions: z.record(z.string(), z.number().int().nonnegative()),
  /** Outboxes whose end the topic has been told. */
  closed: z.array(z.string()),
});

/**
 * What the broker has acknowledged of each outbox, in one file that the proxies read too. Losing the file is
 * harmless: an outbox's partition follows from its id, and what is sent again is known downstream by its identity.
 */
export interface ForwarderState {
  ids(): string[];
  /** Highest seq that the broker acknowledged, 0 before the first. */
  mark(id: string): number;
  partition(id: string): number | null;
  isClosed(id: string): boolean;
  /** This and what follows resolve when it stands on the disk, or could not be written: then the next one does it. */
  choose(id: string, partition: number): Promise<void>;
  acknowledged(id: string, seq: number): Promise<void>;
  close(id: string): Promise<void>;
  forget(id: string): Promise<void>;
}

export async function openForwarderState(path: string, log: Logger): Promise<ForwarderState> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const before = await load(path, log);
  const marks = new Map(Object.entries(before.marks));
  const partitions = new Map(Object.entries(before.partitions));
  const closed = new Set(before.closed);
  const save = oneAtATime(() => {
    const state: z.infer<typeof stateFile> = {
      version: 1,
      marks: Object.fromEntries(marks),
      partitions: Object.fromEntries(partitions),
      closed: [...closed],
    };
    return replaceFile(path, JSON.stringify(state));
  });
  const note = () =>
    save().catch((error: unknown) => log.error({ reason: String(error) }, 'what was acknowledged could not be noted'));

  return {
    ids: () => [...partitions.keys()],
    mark: (id) => marks.get(id) ?? 0,
    partition: (id) => partitions.get(id) ?? null,
    isClosed: (id) => closed.has(id),
    choose(id, partition) {
      partitions.set(id, partition);
      return note();
    },
    acknowledged(id, seq) {
      marks.set(id, seq);
      return note();
    },
    close(id) {
      closed.add(id);
      return note();
    },
    forget(id) {
      marks.delete(id);
      partitions.delete(id);
      closed.delete(id);
      return note();
    },
  };
}

async function load(path: string, log: Logger): Promise<z.infer<typeof stateFile>> {
  const empty = { version: 1 as const, marks: {}, partitions: {}, closed: [] };
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text === null) return empty;
  const parsed = stateFile.safeParse(parse(text));
  if (parsed.success) return parsed.data;
  log.warn({ path }, 'what the forwarder noted cannot be read: it sends again what the outboxes hold');
  return empty;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Calls that come while one runs share the next run, which then sees what all of them changed. */
function oneAtATime(write: () => Promise<void>): () => Promise<void> {
  let running: Promise<unknown> = Promise.resolve();
  let next: Promise<void> | null = null;
  return function run() {
    next ??= running.then(() => {
      next = null;
      const writing = write();
      running = writing.catch(() => undefined);
      return writing;
    });
    return next;
  };
}
