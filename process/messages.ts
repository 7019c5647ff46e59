import { z } from 'zod';

/** What a child tells its supervisor, and the reverse, over Node's IPC channel. */
export const toSupervisor = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready'), port: z.number().int().nullable() }),
  z.object({ type: z.literal('metrics'), id: z.number().int(), metrics: z.array(z.unknown()) }),
  z.object({ type: z.literal('scrape'), id: z.number().int() }),
]);
export type ToSupervisor = z.infer<typeof toSupervisor>;

export const childState = z.object({
  name: z.string(),
  pid: z.number().int().nullable(),
  state: z.enum(['starting', 'up', 'restarting', 'stopped']),
  restarts: z.number().int().nonnegative(),
  lastExit: z.string().nullable(),
});
export type ChildState = z.infer<typeof childState>;

export const toChild = z.discriminatedUnion('type', [
  z.object({ type: z.literal('collect'), id: z.number().int() }),
  z.object({ type: z.literal('scraped'), id: z.number().int(), text: z.string() }),
  z.object({ type: z.literal('children'), children: z.array(childState) }),
]);
export type ToChild = z.infer<typeof toChild>;

/** Exit code of a child that must not be started again: its configuration or folder is wrong. */
export const EXIT_CONFIG = 78;
