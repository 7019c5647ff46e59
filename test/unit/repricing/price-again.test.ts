import { describe, expect, it } from 'vitest';
import { nanoUsd } from '../../../domain/money.ts';
import type { PricedCall } from '../../../domain/prices/price-exchange.ts';
import { receipt } from '../../../domain/prices/receipt.ts';
import { type CallRow, callRow } from '../../../repricing/call-row.ts';
import { createDifference } from '../../../repricing/difference.ts';
import { type Price, priceAgain } from '../../../repricing/price-again.ts';
import { lateCalls } from '../../harness/late-calls.ts';

const empty = receipt.parse({ lines: [], priceModel: '', source: '', priceFrom: '', tier: '', reason: 'new' });
const at =
  (nano: bigint | null): Price =>
  (_call: PricedCall) => ({
    cost: nano === null ? null : nanoUsd(nano),
    status: nano === null ? 'unpriced' : 'exact',
    receipt: empty,
    priceVersion: 'new',
  });

/** Two calls of 1,000 n$ each, the second one final with their sum. */
const rows = (over: readonly Partial<CallRow>[] = []): CallRow[] =>
  lateCalls('o', 1, Date.parse('2026-11-02T12:00:00Z')).map((row, index) =>
    callRow.parse({ ...row, created_at: '2026-11-02 12:00:00.000', ...over[index] }),
  );

describe('an exchange priced again', () => {
  it('corrects each call that changes, and the total with them', () => {
    const { corrections } = priceAgain(rows(), {}, at(5n));
    expect(corrections).toMatchObject([
      { attempt: 1, old_cost_usd: '0.000001000', new_cost_usd: '0.000000005', new_total_cost_usd: null },
      { attempt: 2, new_cost_usd: '0.000000005', old_total_cost_usd: '0.000002000', new_total_cost_usd: '0.000000010' },
    ]);
  });

  it('corrects nothing where the figures stand as they were', () => {
    expect(priceAgain(rows(), {}, at(1_000n)).corrections).toEqual([]);
  });

  it('carries the total of a call that is not meant, and leaves that call as it was', () => {
    const mixed = rows([{ provider: 'azure' }]);
    const { corrections } = priceAgain(mixed, { provider: 'azure' }, at(5n));
    // 5 n$ + the 1,000 n$ of the other call
    expect(corrections).toMatchObject([
      { attempt: 1, new_cost_usd: '0.000000005' },
      { attempt: 2, new_cost_usd: '0.000001000', new_price_version: 'test', new_total_cost_usd: '0.000001005' },
    ]);
  });

  it('says partial of a total of which a part has lost its price', () => {
    const { corrections } = priceAgain(rows([{ model: 'x' }]), { model: 'x' }, at(null));
    expect(corrections[0]).toMatchObject({ new_cost_usd: null, new_cost_status: 'unpriced' });
    expect(corrections[1]).toMatchObject({ new_total_cost_usd: '0.000001000', new_total_cost_status: 'partial' });
  });

  it('leaves calls alone whose facts were not kept, and counts them', () => {
    const old = rows([{ pricing_facts: '' }, { pricing_facts: '{"v":0}' }]);
    const repriced = priceAgain(old, {}, at(5n));
    expect(repriced.corrections).toEqual([]);
    const difference = createDifference();
    difference.add(repriced);
    difference.add(priceAgain(rows(), {}, at(5n)));
    expect(difference.answer()).toMatchObject({
      calls: 4,
      changed: 2,
      skipped: 2,
      // 4 × 1,000 n$ → 2 × 1,000 + 2 × 5
      oldCost: '0.000004000',
      newCost: '0.000002010',
      rows: [{ day: '2026-11-02', provider: 'openai', changed: 2, oldCost: '0.000002000', newCost: '0.000000010' }],
    });
  });
});
