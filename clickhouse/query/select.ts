import { join, type Sql, sql, whole } from './fragment.ts';

/** A question as data. Steps add to it; `select` writes it out once. */
export interface Query {
  readonly columns: Readonly<Record<string, Sql>>;
  readonly from: Sql;
  readonly where: readonly Sql[];
  readonly groupBy: readonly Sql[];
  readonly orderBy: readonly Sql[];
  readonly limit: number | null;
  readonly offset: number;
}

export const requests = sql`spendlens.requests`;

export function select(query: Query): Sql {
  const columns = Object.entries(query.columns).map(([name, expression]) => named(expression, name));
  const clauses = [
    sql`SELECT\n  ${join(columns, ',\n  ')}`,
    sql`FROM ${query.from}`,
    ...clause('WHERE ', query.where, '\n  AND '),
    ...clause('GROUP BY ', query.groupBy, ', '),
    ...clause('ORDER BY ', query.orderBy, ', '),
    ...(query.limit === null ? [] : [sql`LIMIT ${whole(query.limit)}`]),
    ...(query.offset === 0 ? [] : [sql`OFFSET ${whole(query.offset)}`]),
  ];
  return join(clauses, '\n');
}

export const nothing: Query = {
  columns: {},
  from: requests,
  where: [],
  groupBy: [],
  orderBy: [],
  limit: null,
  offset: 0,
};

function clause(keyword: string, parts: readonly Sql[], separator: string): Sql[] {
  if (parts.length === 0) return [];
  return [{ pieces: [keyword, ...join(parts, separator).pieces] }];
}

/** `name` is a key of our own source, never of a request. */
function named(expression: Sql, name: string): Sql {
  return { pieces: [...expression.pieces, expression.pieces.join('') === name ? '' : ` AS ${name}`] };
}
