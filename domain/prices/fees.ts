import { type PicoUsd, priceOf } from '../money.ts';
import type { ModelPrices, PricedItem } from './catalogue.ts';
import { toPico } from './decimal.ts';
import { matchesGlob } from './glob.ts';
import { type Bill, emptyBill } from './lines.ts';
import type { ReceiptLine } from './receipt.ts';
import { remember } from './remember.ts';
import { type Fee, fees } from './table/fees.ts';

/** What is billed by the piece: the provider's own tools, searches, seconds of audio, and the request itself. */
export function billFees(provider: string, prices: ModelPrices, counts: Readonly<Record<string, number>>): Bill {
  const lines: ReceiptLine[] = [];
  const missing: string[] = [];
  const unsure: string[] = [];
  for (const [tool, units] of Object.entries(withRequest(provider, prices.model, counts))) {
    if (units === 0) continue;
    const found = findFee(provider, prices, tool);
    if (found === null) {
      missing.push(`the fee of ${units} × ${tool} is not known and not contained`);
      continue;
    }
    lines.push(feeLine(tool, units, found.price, found.source));
    if (found.doubt !== '') unsure.push(found.doubt);
  }
  const request = prices.of.request;
  if (request !== undefined && !takesRequests(provider, prices.model)) {
    lines.push(feeLine('request', 1, request.base, ''));
  }
  if (takesRequests(provider, prices.model) && !Object.keys(counts).some(isRequest)) {
    unsure.push('the size of the search context is not known: the fee is that of the smallest, which is the default');
  }
  return { ...emptyBill, lines, missing, unsure };
}

const isRequest = (tool: string) => tool.startsWith('request_');

/** Perplexity's fee for a request hangs on the size of its search context; the catalogue has the dearest alone. */
function takesRequests(provider: string, model: string): boolean {
  return ownFee(provider, model, 'request_low') !== null;
}

function withRequest(
  provider: string,
  model: string,
  counts: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  if (!takesRequests(provider, model) || Object.keys(counts).some(isRequest)) return counts;
  return { ...counts, request_low: 1 };
}

interface FoundFee {
  readonly price: PicoUsd;
  readonly source: string;
  readonly doubt: string;
}

const listed: Readonly<Record<string, PricedItem>> = {
  web_search: 'web_search',
  file_search: 'file_search',
  audio_second: 'audio_second',
  citation_token: 'citation_token',
};

function findFee(provider: string, prices: ModelPrices, tool: string): FoundFee | null {
  const item = listed[tool];
  const price = item === undefined ? undefined : prices.of[item];
  if (item !== undefined && price !== undefined) {
    return { price: price.base, source: prices.sources[item] ?? '', doubt: '' };
  }
  const own = ownFee(provider, prices.model, tool);
  return own === null ? null : { price: toPico(own.dollars, own.per), source: own.source, doubt: own.doubt };
}

function ownFee(provider: string, model: string, tool: string): Fee | null {
  return feesNamed(provider, model).find((fee) => fee.tool === tool) ?? null;
}

const feesNamed = remember((provider, model): readonly Fee[] =>
  fees.filter((fee) => fee.provider === provider && fee.models.some((pattern) => matchesGlob(pattern, model))),
);

function feeLine(item: string, units: number, price: PicoUsd, source: string): ReceiptLine {
  return {
    item,
    units,
    pricePico: price.toString(),
    amountNano: priceOf(units, price).toString(),
    note: '',
    model: '',
    source,
  };
}
