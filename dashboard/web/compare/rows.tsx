import type { ReactNode } from 'react';
import type { CompareAnswer } from '../../../domain/compare-api.ts';
import { fromDecimal } from '../../../domain/money.ts';
import { exactMoney, money } from '../format/money.ts';
import { compact, duration, integer, percent } from '../format/number.ts';
import { Distribution } from './distribution.tsx';

type Line = CompareAnswer['models'][number];

export interface CompareRow {
  readonly title: string;
  readonly cell: (line: Line, answer: CompareAnswer) => ReactNode;
  /** What the best of them is known by, the smallest first; null where none is best. */
  readonly rank: ((line: Line) => number | null) | null;
  readonly hint?: string;
}

const dollars = (amount: string | null): ReactNode => <span title={exactMoney(amount)}>{money(amount)}</span>;
const number = (amount: string | null) => (amount === null ? null : Number(fromDecimal(amount)));
const highest = (answer: CompareAnswer, pick: (line: Line) => readonly number[]) =>
  Math.max(...answer.models.flatMap((line) => [...pick(line)]), 0.01);

export const compareRows: readonly CompareRow[] = [
  { title: 'Requests', cell: ({ requests }) => integer(requests), rank: null },
  { title: 'Cost', cell: ({ cost, unpriced }) => <Spend cost={cost} unpriced={unpriced} />, rank: null },
  {
    title: 'Cost per request',
    cell: ({ costPerRequest }) => dollars(costPerRequest),
    rank: ({ costPerRequest }) => number(costPerRequest),
  },
  {
    title: 'Cost per 1,000 output tokens',
    cell: ({ costPerThousandOutput }) => dollars(costPerThousandOutput),
    rank: ({ costPerThousandOutput }) => number(costPerThousandOutput),
    hint: 'The whole cost of the requests by the tokens that came back, reasoning included',
  },
  {
    title: 'All of this traffic on it',
    cell: ({ allOnThis }) => dollars(allOnThis),
    rank: ({ allOnThis }) => number(allOnThis),
    hint: 'Every request of all these models at its price, token for token; it would count and answer otherwise',
  },
  { title: 'Latency p50', cell: ({ latencyP50 }) => duration(latencyP50), rank: ({ latencyP50 }) => latencyP50 },
  { title: 'Latency p95', cell: ({ latencyP95 }) => duration(latencyP95), rank: ({ latencyP95 }) => latencyP95 },
  {
    title: 'Latency',
    cell: ({ latency }, answer) => (
      <Distribution
        shares={latency}
        boundsMs={answer.latencyBounds}
        highest={highest(answer, (line) => line.latency)}
      />
    ),
    rank: null,
  },
  { title: 'TTFT p50', cell: ({ ttftP50 }) => duration(ttftP50), rank: ({ ttftP50 }) => ttftP50 },
  { title: 'TTFT p95', cell: ({ ttftP95 }) => duration(ttftP95), rank: ({ ttftP95 }) => ttftP95 },
  {
    title: 'TTFT',
    cell: ({ ttft }, answer) => (
      <Distribution shares={ttft} boundsMs={answer.latencyBounds} highest={highest(answer, (line) => line.ttft)} />
    ),
    rank: null,
  },
  {
    title: 'Tokens per second',
    cell: ({ tokensPerSecond }) => compact(tokensPerSecond),
    rank: ({ tokensPerSecond }) => (tokensPerSecond === null ? null : -tokensPerSecond),
    hint: 'Median of streams, from their first byte on',
  },
  { title: 'Error rate', cell: ({ errorRate }) => percent(errorRate), rank: ({ errorRate }) => errorRate },
  { title: 'Output tokens per request', cell: ({ outputTokens }) => compact(outputTokens), rank: null },
  { title: 'Input read from cache', cell: ({ cacheReadShare }) => percent(cacheReadShare), rank: null },
];

function Spend({ cost, unpriced }: { cost: string; unpriced: number }) {
  return (
    <>
      {dollars(cost)}
      {unpriced > 0 && <span className="block text-micro text-warn">{integer(unpriced)} unpriced</span>}
    </>
  );
}

/** Models that no other one beats in this row; nobody where all are alike, or only one was measured. */
export function bestOf({ rank }: CompareRow, { models }: CompareAnswer): ReadonlySet<string> {
  if (rank === null) return new Set();
  const ranked = models.flatMap((line) => {
    const value = rank(line);
    return value === null ? [] : [{ model: line.model, value }];
  });
  const least = Math.min(...ranked.map(({ value }) => value));
  const best = ranked.filter(({ value }) => value === least);
  return new Set(best.length === ranked.length ? [] : best.map(({ model }) => model));
}
