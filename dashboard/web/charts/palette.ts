import { z } from 'zod';
import { remember, remembered } from '../state/storage.ts';

const SLOTS = 8;
export const OTHER_COLOUR = 'var(--series-other)';
const memory = z.record(
  z.string(),
  z
    .number()
    .int()
    .min(0)
    .max(SLOTS - 1),
);
const MOST_REMEMBERED = 400;

let slots: Map<string, number> | null = null;

function known(): Map<string, number> {
  slots ??= new Map(Object.entries(remembered('colours', memory) ?? {}));
  return slots;
}

/** FNV-1a: the same entity gets the same colour on every machine, as long as no bigger one of its chart has it. */
export function preferredSlot(entity: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < entity.length; at += 1) hash = Math.imul(hash ^ entity.charCodeAt(at), 0x01000193);
  return (hash >>> 0) % SLOTS;
}

/**
 * A slot for each, no two alike (as long as there are at most eight). What an entity had before it keeps, unless
 * an earlier one in the list has it now; a new one gets the slot of its hash, or the next that is free.
 */
export function assignSlots(entities: readonly string[], before: ReadonlyMap<string, number>): Map<string, number> {
  const given = new Map<string, number>();
  const taken = new Set<number>();
  const give = (entity: string, wanted: number) => {
    const free = Array.from({ length: SLOTS }, (_, step) => (wanted + step) % SLOTS).find((slot) => !taken.has(slot));
    const slot = free ?? wanted;
    taken.add(slot);
    given.set(entity, slot);
  };
  const remembers = entities.filter((entity) => before.has(entity));
  for (const entity of remembers) give(entity, before.get(entity) ?? 0);
  for (const entity of entities) if (!given.has(entity)) give(entity, preferredSlot(entity));
  return given;
}

/** CSS colours of a chart's values, largest first; the same value keeps its colour on all pages. */
export function coloursOf(dimension: string, values: readonly string[]): Map<string, string> {
  const memoryOfAll = known();
  const name = (value: string) => `${dimension} ${value}`;
  const given = assignSlots(values.map(name), memoryOfAll);
  const fresh = [...given].filter(([entity]) => !memoryOfAll.has(entity));
  for (const [entity, slot] of fresh) memoryOfAll.set(entity, slot);
  if (fresh.length > 0) remember('colours', Object.fromEntries([...memoryOfAll].slice(-MOST_REMEMBERED)));
  return new Map(values.map((value) => [value, `var(--series-${(given.get(name(value)) ?? 0) + 1})`]));
}
