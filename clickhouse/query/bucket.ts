import { type Sql, sql, whole, wholes } from './fragment.ts';

/**
 * The Unix second that begins the bucket of a row. Equal buckets are divided; where a change of clocks or a month
 * makes them unequal, the edges themselves are searched. Both agree with `edges` to the second.
 */
export function bucketColumn(edges: readonly number[]): Sql {
  const seconds = edges.map((edge) => Math.floor(edge / 1000));
  const [first = 0, second = first + 1] = seconds;
  const step = second - first;
  const even = seconds.every((edge, index) => edge === first + index * step);
  if (!even) return sql`roundDown(toUnixTimestamp(created_at), ${wholes(seconds)})`;
  return sql`intDiv(toUnixTimestamp(created_at) - ${whole(first)}, ${whole(step)}) * ${whole(step)} + ${whole(first)}`;
}
