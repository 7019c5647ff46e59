import { Packr } from 'msgpackr';
import { z } from 'zod';

/** An answer of a provider's as it came, whole and good. */
export const keptAnswer = z.object({
  v: z.literal(1),
  status: z.number().int(),
  statusText: z.string(),
  /** Names and values in turn. */
  rawHeaders: z.array(z.string()),
  body: z.instanceof(Uint8Array),
  /** True where it told a usage that its app had not asked for. */
  hidesUsage: z.boolean(),
  /** When the call was made that it answered, and how long that took. */
  startedAt: z.number(),
  latencyMs: z.number().nonnegative(),
  provider: z.string(),
  upstream: z.string(),
  model: z.string(),
  path: z.string(),
});
export type KeptAnswer = z.infer<typeof keptAnswer>;

const packr = new Packr({ useRecords: false });

export function encodeKept(answer: KeptAnswer): Uint8Array {
  return packr.pack(answer);
}

/** Null for what some other version wrote, which is then as good as nothing. */
export function decodeKept(bytes: Uint8Array): KeptAnswer | null {
  try {
    const parsed = keptAnswer.safeParse(packr.unpack(bytes));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
