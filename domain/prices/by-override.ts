import { divideHalfEven, nanoUsd, picoUsd, priceOf } from '../money.ts';
import { byPrices } from './by-list.ts';
import { toPico } from './decimal.ts';
import { applyPrices, findPrices } from './find-prices.ts';
import type { PriceOverride } from './override.ts';
import { answered, type Priced, type PricedCall, sumOf, unpriced } from './priced.ts';
import { emptyReceipt, type ReceiptLine } from './receipt.ts';
import type { PriceRules } from './rules.ts';

/** What a call cost by the user's word; `best` is what it would cost without it. */
export function applyOverride(call: PricedCall, override: PriceOverride, best: Priced, rules: PriceRules): Priced {
  if (override.free) return free(call);
  if (override.perRequest !== undefined) return perRequest(call, override.perRequest);
  if (override.percent !== undefined) return byPercent(best, override.percent);
  return byOwnPrices(call, override.prices ?? {}, rules);
}

function free({ usage }: PricedCall): Priced {
  const { within, ...buckets } = usage ?? {};
  const lines = Object.entries(buckets)
    .filter(([, units]) => units !== null && units > 0)
    .map(([item, units]) => plainLine(item, units ?? 0, 0n, 'free'));
  return byLines(lines, 'exact', '');
}

function perRequest({ status }: PricedCall, dollars: string): Priced {
  const lines = [plainLine('request', 1, toPico(dollars, 1), 'by the request')];
  return status === null
    ? byLines(lines, 'estimated', 'no answer came, so whether the request was billed is not known')
    : byLines(lines, 'exact', '');
}

function byLines(lines: ReceiptLine[], status: Priced['status'], reason: string): Priced {
  return { cost: sumOf(lines), status, receipt: { ...emptyReceipt, lines, reason }, priceVersion: '' };
}

function plainLine(item: string, units: number, pico: bigint, note: string): ReceiptLine {
  const price = picoUsd(pico);
  const amountNano = priceOf(units, price).toString();
  return { item, units, pricePico: price.toString(), amountNano, note, model: '', source: '' };
}

/** Every line at so much more or less; each is rounded once, as without it. */
function byPercent(best: Priced, percent: string): Priced {
  if (best.cost === null) return best;
  const [whole = '0', fraction = ''] = percent.replace('-', '').split('.');
  const hundred = 100n * 10n ** BigInt(fraction.length);
  const change = BigInt(whole + fraction) * (percent.startsWith('-') ? -1n : 1n);
  const note = percent.startsWith('-') ? `discount of ${percent.slice(1)} %` : `surcharge of ${percent} %`;
  const lines = best.receipt.lines.map((line) => {
    const price = picoUsd(divideHalfEven(BigInt(line.pricePico) * (hundred + change), hundred));
    const amountNano = priceOf(line.units, price).toString();
    const notes = line.note === '' ? note : `${line.note}; ${note}`;
    return { ...line, pricePico: price.toString(), amountNano, note: notes };
  });
  const saved = divideHalfEven(BigInt(best.receipt.cacheSavedNano) * (hundred + change), hundred);
  return {
    ...best,
    cost: nanoUsd(lines.reduce((sum, line) => sum + BigInt(line.amountNano), 0n)),
    receipt: { ...best.receipt, lines, cacheSavedNano: saved.toString() },
  };
}

function byOwnPrices(call: PricedCall, prices: NonNullable<PriceOverride['prices']>, rules: PriceRules): Priced {
  if (call.usage === null) return unpriced('the answer tells no usage, which the override’s prices need');
  const names = answered(call);
  const found = findPrices(call.provider, names, call.at, rules);
  const mended = applyPrices(found?.prices ?? null, names[0] ?? '', prices);
  const target = { provider: found?.provider ?? call.provider, prices: mended, doubt: '' };
  return byPrices(call, call.usage, target, rules);
}
