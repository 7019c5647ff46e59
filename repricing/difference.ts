import { fromDecimal, type NanoUsd, nanoUsd, toDecimal } from '../domain/money.ts';
import type { RepricingDifference } from '../domain/money-api.ts';
import type { Repriced, RepricedExchange } from './price-again.ts';

interface Line {
  readonly day: string;
  readonly provider: string;
  readonly model: string;
  changed: number;
  oldCost: bigint;
  newCost: bigint;
  oldUnpriced: number;
  newUnpriced: number;
}

export interface Difference {
  add(exchange: RepricedExchange): void;
  answer(): RepricingDifference;
}

/** Adds up what repricing changes, by UTC day, provider and model. */
export function createDifference(): Difference {
  const lines = new Map<string, Line>();
  const sums = { calls: 0, changed: 0, skipped: 0, oldCost: 0n, newCost: 0n };

  function addCall({ row, outcome, cost }: Repriced): void {
    if (outcome === 'other') return;
    const before = row.cost_usd === null ? null : fromDecimal(row.cost_usd);
    sums.calls++;
    sums.oldCost += before ?? 0n;
    sums.newCost += cost ?? 0n;
    if (outcome === 'skipped') sums.skipped++;
    if (outcome !== 'changed') return;
    sums.changed++;
    addTo(lineOf(row), before, cost);
  }

  function lineOf({ created_at, provider, model, response_model }: Repriced['row']): Line {
    const name = response_model || model;
    const day = created_at.slice(0, 10);
    const key = `${day}\n${provider}\n${name}`;
    const found = lines.get(key);
    if (found) return found;
    const line = { day, provider, model: name, changed: 0, oldCost: 0n, newCost: 0n, oldUnpriced: 0, newUnpriced: 0 };
    lines.set(key, line);
    return line;
  }

  return {
    add: ({ calls }) => {
      for (const call of calls) addCall(call);
    },
    answer: () => ({
      ...sums,
      oldCost: dollars(sums.oldCost),
      newCost: dollars(sums.newCost),
      rows: [...lines]
        .sort(([one], [two]) => (one < two ? -1 : 1))
        .map(([, line]) => ({ ...line, oldCost: dollars(line.oldCost), newCost: dollars(line.newCost) })),
    }),
  };
}

function addTo(line: Line, before: NanoUsd | null, after: NanoUsd | null): void {
  line.changed++;
  line.oldCost += before ?? 0n;
  line.newCost += after ?? 0n;
  if (before === null) line.oldUnpriced++;
  if (after === null) line.newUnpriced++;
}

const dollars = (amount: bigint) => toDecimal(nanoUsd(amount));
