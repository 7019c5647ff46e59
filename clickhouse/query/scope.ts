import { resolveRange, type Span } from '../../domain/range.ts';
import { type Filter, numericField, type View } from '../../domain/view.ts';
import { createZone, type Zone } from '../../domain/zone.ts';
import { dimensionColumn, numericColumn } from './dimension.ts';
import { instant, join, money, real, type Sql, sql, text, texts, uuid } from './fragment.ts';

/** A view whose range is settled: what every question's WHERE is made of. */
export interface Scope {
  readonly kind: View['kind'];
  readonly span: Span;
  readonly zone: Zone;
  readonly range: View['range'];
  readonly filters: readonly Filter[];
  readonly now: number;
}

/** @throws SpendlensError query_invalid where the time zone is unknown. */
export async function resolveScope(view: View, now: number, oldest: () => Promise<number | null>): Promise<Scope> {
  const zone = createZone(view.timeZone);
  const all = 'preset' in view.range && view.range.preset === 'all';
  const span = resolveRange(view.range, zone, now, all ? await oldest() : null);
  return { kind: view.kind, span, zone, range: view.range, filters: view.filters, now };
}

export function scopeConditions({ kind, span, filters }: Scope): Sql[] {
  return [
    sql`kind = ${text(kind)}`,
    sql`created_at >= ${instant(span.from)}`,
    sql`created_at < ${instant(span.to)}`,
    ...filters.map(filterCondition),
  ];
}

function filterCondition(filter: Filter): Sql {
  switch (filter.op) {
    case 'at_least':
      return sql`${numericColumn(filter.field)} >= ${amount(filter)}`;
    case 'at_most':
      return sql`${numericColumn(filter.field)} <= ${amount(filter)}`;
    case 'is':
      return oneOf(filter);
    case 'is_not':
      return sql`NOT (${oneOf(filter)})`;
    case 'contains':
      return anyContained(filter);
    case 'not_contains':
      return sql`NOT (${anyContained(filter)})`;
  }
}

type TextFilter = Extract<Filter, { op: 'is' | 'is_not' | 'contains' | 'not_contains' }>;
type NumberFilter = Extract<Filter, { op: 'at_least' | 'at_most' }>;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

function oneOf({ field, values }: TextFilter): Sql {
  const [only] = values;
  // As UUIDs, so that the index of request ids is asked instead of every row.
  if (field === 'request_id' && values.every((value) => UUID.test(value))) {
    return sql`request_id IN (${join(
      values.map((value) => sql`${uuid(value)}`),
      ', ',
    )})`;
  }
  if (values.length === 1 && only !== undefined) return sql`${dimensionColumn(field)} = ${text(only)}`;
  return sql`has(${texts(values)}, ${dimensionColumn(field)})`;
}

function anyContained({ field, values }: TextFilter): Sql {
  const tests = values.map((value) => sql`positionCaseInsensitiveUTF8(${dimensionColumn(field)}, ${text(value)}) > 0`);
  return sql`(${join(tests, ' OR ')})`;
}

function amount({ field, values }: NumberFilter) {
  const value = values[0] ?? '0';
  return numericField.parse(field) === 'cost_usd' ? money(value) : real(value);
}
