import { z } from 'zod';
import { type Asking, optionsOf } from './asking.ts';
import { answered } from './experiment-exposures.ts';
import { join, render, type Sql, sql, text } from './fragment.ts';

const number = z.coerce.number();

/** Where the quantiles of each arm lie; the moments count what lies below them. */
export interface ArmQuantiles {
  readonly arm: string;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly ttft: number;
}

const quantileRow = z.object({ arm: z.string(), p50: number, p95: number, p99: number, ttft: number });

/** Of `rows`, exposures of one experiment. */
export async function askArmQuantiles(asking: Asking, rows: Sql): Promise<ArmQuantiles[]> {
  const query = sql`SELECT variant AS arm,
    quantilesExactIf(0.5, 0.95, 0.99)(latency_ms, ${answered}) AS took, took[1] AS p50, took[2] AS p95, took[3] AS p99,
    quantileExactIf(0.5)(ifNull(ttft_ms, 0), ttft_ms IS NOT NULL) AS ttft
  FROM spendlens.requests WHERE ${rows} GROUP BY variant ORDER BY variant`;
  return asking.warehouse.rows(quantileRow, render(query), optionsOf(asking));
}

/** Two positions in the ordered values of an arm, from 1, and how many values there are. */
export interface RankPair {
  readonly low: number;
  readonly high: number;
  readonly of: number;
}

export interface RankedArm {
  readonly arm: string;
  readonly p50: RankPair | null;
  readonly p95: RankPair | null;
  readonly p99: RankPair | null;
  readonly ttft: RankPair | null;
}

const rankedRow = z.record(z.string(), z.array(number));

/** The values at both positions; a pair that was not asked for yields figures that mean nothing. */
export interface RankedValues {
  readonly p50: Ends;
  readonly p95: Ends;
  readonly p99: Ends;
  readonly ttft: Ends;
}
type Ends = { readonly low: number; readonly high: number };

/** The engine takes the value at position ⌊level · n⌋ from 0, so the middle between two positions hits the one meant. */
function levels(pair: RankPair | null): readonly Sql[] {
  const level = (rank: number): Sql => ({ pieces: [pair === null ? '0.5' : ((rank - 0.5) / pair.of).toFixed(15)] });
  return [level(pair?.low ?? 0), level(pair?.high ?? 0)];
}

/** The values at those ranks among `rows`, of all arms in one pass, and without putting all values in order. */
export async function askRanks(asking: Asking, rows: Sql, ranked: readonly RankedArm[]): Promise<RankedValues[]> {
  if (ranked.length === 0) return [];
  const columns = ranked.flatMap(({ arm, p50, p95, p99, ttft }, index) => {
    const took = join([...levels(p50), ...levels(p95), ...levels(p99)], ', ');
    const began = join(levels(ttft), ', ');
    return [
      sql`quantilesExactIf(${took})(latency_ms, variant = ${text(arm)} AND ${answered}) AS ${named('took', index)}`,
      sql`quantilesExactIf(${began})(ifNull(ttft_ms, 0), variant = ${text(arm)} AND ttft_ms IS NOT NULL) AS ${named('began', index)}`,
    ];
  });
  const query = sql`SELECT ${join(columns, ', ')} FROM spendlens.requests WHERE ${rows}`;
  const [row] = await asking.warehouse.rows(rankedRow, render(query), optionsOf(asking));
  return ranked.map((_, index) => {
    const at = (column: string, place: number) => row?.[`${column}_${index}`]?.[place] ?? 0;
    return {
      p50: { low: at('took', 0), high: at('took', 1) },
      p95: { low: at('took', 2), high: at('took', 3) },
      p99: { low: at('took', 4), high: at('took', 5) },
      ttft: { low: at('began', 0), high: at('began', 1) },
    };
  });
}

const named = (column: 'took' | 'began', index: number): Sql => ({ pieces: [`${column}_${index}`] });
