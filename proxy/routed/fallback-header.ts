import { z } from 'zod';
import { condition } from '../../domain/routing/conditions.ts';
import { parseJson } from '../../domain/usage/json.ts';

const MAX_ENTRIES = 10;

const entry = z.object({
  'target-url': z.string().max(2_048).default(''),
  headers: z.record(z.string().regex(/^[\w!#$%&'*+.^`|~-]{1,128}$/), z.string().max(16_384)).default({}),
  onCodes: z.array(condition).max(100).optional(),
  bodyKeyOverride: z.record(z.string(), z.unknown()).default({}),
  model: z.string().max(256).default(''),
});
const entries = z.array(entry).min(1).max(MAX_ENTRIES);
export type FallbackEntry = z.infer<typeof entry>;

/** `Helicone-Fallbacks`: the reference's list, plus `model`. The fault says where it stands, and quotes no value of it. */
export function readFallbacks(text: string): readonly FallbackEntry[] | { readonly fault: string } {
  const value = parseJson(text);
  if (value === undefined)
    return { fault: 'expected JSON, a list of {"target-url", "headers", "onCodes", "bodyKeyOverride", "model"}' };
  const parsed = entries.safeParse(value);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(
    ({ path, message }) => `${path.map(String).join('.') || 'the list'}: ${message}`,
  );
  return { fault: faults.join('; ') };
}
