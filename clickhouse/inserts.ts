import type { Warehouse } from './client.ts';
import type { AttemptRow, BodyRow, DeadLetterRow, GapRow, RemovalRow, SliceRow } from './rows.ts';

/** Writes one table. `token` names the slice; sent again with the same rows and token, nothing is stored twice. */
export type Insert<Row> = (rows: readonly Row[], token: string) => Promise<void>;

export interface Inserts {
  readonly bodies: Insert<BodyRow>;
  readonly deadLetters: Insert<DeadLetterRow>;
  readonly attempts: Insert<AttemptRow>;
  readonly slices: Insert<SliceRow>;
  readonly gaps: Insert<GapRow>;
  readonly removals: Insert<RemovalRow>;
}

export function createInserts(warehouse: Warehouse): Inserts {
  const into =
    <Row extends object>(table: string): Insert<Row> =>
    (rows, token) =>
      warehouse.insert(`spendlens.${table}`, rows, `${table}:${token}`);
  return {
    bodies: into<BodyRow>('bodies'),
    deadLetters: into<DeadLetterRow>('dead_letters'),
    attempts: into<AttemptRow>('attempts'),
    slices: into<SliceRow>('slices'),
    gaps: into<GapRow>('gaps'),
    removals: into<RemovalRow>('removals'),
  };
}
