import type { ErrorKind } from '../exchange.ts';
import { type NanoUsd, nanoUsd } from '../money.ts';
import type { Usage } from '../usage/facts.ts';
import { byList } from './by-list.ts';
import { applyOverride } from './by-override.ts';
import { findPrices } from './find-prices.ts';
import { answered, PRICE_VERSION, type Priced, type PricedCall } from './priced.ts';
import { emptyReceipt } from './receipt.ts';
import { findOverride, noRules, type PriceRules } from './rules.ts';

export type { Priced, PricedCall } from './priced.ts';

/**
 * What one upstream call cost, with the receipt for it. An override of the user's wins over the provider's own figure,
 * that over our table, and that over the catalogue. Never throws.
 */
export function priceExchange(call: PricedCall, rules: PriceRules = noRules): Priced {
  if (call.cached === true) return free('answered from the cache');
  if (call.reportedCost === null && call.usage === null && isKnownZero(call.status, call.errorKind ?? null, null)) {
    return knownZero(call);
  }
  const listed = byList(call, rules);
  const override =
    rules.overrides.length === 0 ? null : findOverride(rules, call.provider, namesOf(call, rules), call.at);
  const best = call.reportedCost === null ? listed : reported(nanoUsd(call.reportedCost), listed);
  if (override === null) return best;
  const applied = applyOverride(call, override.value, best, rules);
  return {
    ...applied,
    receipt: {
      ...applied.receipt,
      source: 'override',
      override: `${override.id}@${override.version}`,
      listNano: listed.cost === null ? '' : listed.cost.toString(),
      reportedNano: call.reportedCost === null ? '' : call.reportedCost.toString(),
    },
    priceVersion: `${PRICE_VERSION}, override ${override.id}@${override.version}`,
  };
}

/** No provider bills a call that it refused or failed, unless it says so with a usage. */
export function isKnownZero(status: number | null, errorKind: ErrorKind | null, usage: Usage | null): boolean {
  if (usage !== null) return false;
  return (status !== null && status >= 400) || (errorKind !== null && neverReached.has(errorKind));
}

const neverReached: ReadonlySet<ErrorKind> = new Set([
  'upstream_unreachable',
  'upstream_dns',
  'upstream_tls',
  'refused',
]);

function knownZero({ status }: PricedCall): Priced {
  return free(status === null ? 'no provider was reached' : `the provider does not bill HTTP ${status}`);
}

function free(reason: string): Priced {
  const receipt = { ...emptyReceipt, source: 'provider', reason };
  return { cost: nanoUsd(0n), status: 'exact', receipt, priceVersion: '' };
}

/** The provider's own figure, with what our lists say beside it. */
function reported(cost: NanoUsd, listed: Priced): Priced {
  const receipt = {
    ...emptyReceipt,
    lines: [
      {
        item: 'reported',
        units: 1,
        pricePico: (cost * 1000n).toString(),
        amountNano: cost.toString(),
        note: '',
        model: '',
        source: '',
      },
    ],
    priceModel: listed.receipt.priceModel,
    source: 'provider',
    reason: 'the provider reported this cost itself',
    listNano: listed.cost === null ? '' : listed.cost.toString(),
    reportedNano: cost.toString(),
  };
  return { cost, status: 'reported', receipt, priceVersion: '' };
}

/**
 * What overrides are compared with: what answered and its name in the list; and what was asked where nobody else knows
 * that name, which makes it one of the user's own, as a deployment is.
 */
function namesOf(call: PricedCall, rules: PriceRules): string[] {
  const names = answered(call);
  const listed = findPrices(call.provider, names, call.at, rules);
  const asked = call.model !== '' && findPrices(call.provider, [call.model], call.at, noRules) === null;
  return [...names.slice(0, 1), ...(asked ? [call.model] : []), ...(listed === null ? [] : [listed.prices.model])];
}
