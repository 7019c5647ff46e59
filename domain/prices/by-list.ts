import type { Usage } from '../usage/facts.ts';
import { hidesReasoning } from '../usage/reader.ts';
import { listsProvider } from './catalogue.ts';
import { billFees } from './fees.ts';
import { type FoundPrices, findPrices } from './find-prices.ts';
import { type Bill, billTokens, emptyBill, sizeOf, sizeTier } from './lines.ts';
import { answered, PRICE_VERSION, type Priced, type PricedCall, sumOf, unpriced } from './priced.ts';
import { rateOf, type TotalRate } from './rate.ts';
import { emptyReceipt } from './receipt.ts';
import type { PriceRules } from './rules.ts';

/** Providers whose models run on the user's own machines. */
const selfHosted = new Set(['ollama', 'vllm']);

/** What the price lists say that a call cost. */
export function byList(call: PricedCall, rules: PriceRules): Priced {
  if (call.usage === null) {
    return unpriced(
      call.status === null ? 'no answer came, so what was billed is unknown' : 'the answer tells no usage',
    );
  }
  const found = findPrices(call.provider, answered(call), call.at, rules);
  return found === null ? unpriced(whyUnknown(call)) : byPrices(call, call.usage, found, rules);
}

function whyUnknown({ provider, model, responseModel }: PricedCall): string {
  const name = responseModel || model;
  if (selfHosted.has(provider)) return 'self-hosted: nobody bills these tokens by the unit';
  if (!listsProvider(provider)) return `no price list of provider "${provider}" is known`;
  if (name === '') return 'neither request nor response names a model';
  return `no price of model "${name}" at ${provider} is known (${PRICE_VERSION})`;
}

/** What a call cost at these prices. */
export function byPrices(call: PricedCall, usage: Usage, found: FoundPrices, rules: PriceRules): Priced {
  const { prices } = found;
  const tier = sizeTier(prices, sizeOf(usage));
  const rate = rateOf(found.provider, prices.model, call.serviceTier ?? '', call.region ?? '', tier !== null);
  const bill = join([
    billTokens(usage, prices, rate),
    billFees(found.provider, prices, call.serverTools ?? {}),
    ...(call.others ?? []).map((other) => billOther(call, other, rate, rules)),
  ]);
  if (bill.lines.length === 0 && bill.missing.length > 0) return unpriced(bill.missing.join('; '));
  const doubts = [...rate.doubts, ...bill.missing, ...doubtsOf(call, usage)];
  const counted = call.estimated ? ['the answer tells no usage: tokens were counted by Spendlens'] : [];
  const unsure = [...counted, ...(found.doubt === '' ? [] : [found.doubt]), ...bill.unsure];
  const sizeText = tier === null ? '' : `> ${tier.toLocaleString('en-US')} input tokens`;
  return {
    cost: sumOf(bill.lines),
    status: doubts.length > 0 ? 'partial' : unsure.length > 0 ? 'estimated' : 'exact',
    receipt: {
      ...emptyReceipt,
      lines: [...bill.lines],
      priceModel: prices.model,
      source: prices.source,
      priceSource: prices.origin,
      priceFrom: prices.from,
      tier: [sizeText, prices.hours].filter((text) => text !== '').join(', '),
      reason: [...unsure, ...doubts].join('; '),
      cacheSavedNano: bill.cacheSaved.toString(),
    },
    priceVersion: PRICE_VERSION,
  };
}

/** The work of another model inside the call, at that one's prices. */
function billOther(
  { provider, at }: PricedCall,
  other: { readonly model: string; readonly usage: Usage },
  rate: TotalRate,
  rules: PriceRules,
): Bill {
  const found = findPrices(provider, [other.model], at, rules);
  if (found === null) {
    const missing = [`"${other.model}" did a part of the work, and no price of it is known`];
    return { ...emptyBill, missing };
  }
  const bill = billTokens(other.usage, found.prices, rate);
  return { ...bill, lines: bill.lines.map((line) => ({ ...line, model: found.prices.model })) };
}

function join(bills: readonly Bill[]): Bill {
  return {
    lines: bills.flatMap(({ lines }) => lines),
    missing: bills.flatMap(({ missing }) => missing),
    unsure: bills.flatMap(({ unsure }) => unsure),
    cacheSaved: bills.reduce((sum, { cacheSaved }) => sum + cacheSaved, 0n),
  };
}

function doubtsOf(call: PricedCall, usage: Usage): string[] {
  const doubts: string[] = [];
  if (usage.input === null) doubts.push('input tokens are unknown');
  if (usage.output === null) doubts.push('output tokens are unknown');
  if (call.hiddenReasoning || mayHaveReasoned(call)) doubts.push('hidden reasoning was billed but cannot be counted');
  if (!call.complete && !call.estimated) doubts.push('the answer broke off: more may have been billed than it told');
  return doubts;
}

/** A stream that broke off before it named its model: then the one that was asked has to tell. */
function mayHaveReasoned({ estimated, model, responseModel }: PricedCall): boolean {
  return estimated && hidesReasoning(responseModel || model);
}
