import type { z } from 'zod';

/** Private windows and full disks make storage throw; what is remembered there is a comfort, never needed. */
export function remembered<T>(key: string, schema: z.ZodType<T>): T | null {
  try {
    const parsed = schema.safeParse(JSON.parse(localStorage.getItem(`spendlens.${key}`) ?? 'null'));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

export function remember(key: string, value: unknown): void {
  try {
    localStorage.setItem(`spendlens.${key}`, JSON.stringify(value));
  } catch {
    // As above: nothing depends on it.
  }
}
