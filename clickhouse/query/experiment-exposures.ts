import { type Sql, sql, text, texts } from './fragment.ts';

/** Whose exposures are read: one experiment's, of one kind of traffic. */
export interface ExposureScope {
  readonly experiment: string;
  readonly kind: 'app' | 'demo';
  readonly variants: readonly string[];
  readonly scoreName: string;
}

/** Rows with a unit of their own: a variant that a header forced has none. */
export function exposures({ experiment, kind, variants }: ExposureScope): Sql {
  return sql`experiment = ${text(experiment)} AND kind = ${text(kind)} AND unit_id != ''
    AND has(${texts(variants)}, variant)`;
}

/** Without units of two variants. Finding them reads every unit once more, so nobody asks for it where there are none. */
export function unmixed(scope: ExposureScope): Sql {
  return sql`${exposures(scope)} AND unit_id NOT IN (
      SELECT unit_id FROM spendlens.requests WHERE ${exposures(scope)} GROUP BY unit_id HAVING min(variant) != max(variant))`;
}

/** Of these rows the latency counts: what the app broke off is none of the model's. */
export const answered = sql`error_kind NOT IN ('client_disconnect', 'aborted', 'drained', 'refused')`;
