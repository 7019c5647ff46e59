import type { ErrorKind } from '../exchange.ts';
import { type NanoUsd, nanoUsd } from '../money.ts';
import type { Usage } from '../usage/facts.ts';
import { hidesReasoning } from '../usage/reader.ts';
import { CATALOGUE_VERSION, findPrices, listsProvider, type ModelPrices } from './catalogue.ts';
import { type Bill, billTools, billUsage } from './lines.ts';
import type { CostStatus, Receipt, ReceiptLine } from './receipt.ts';
import { rateOf } from './service-tier.ts';

export interface PricedCall {
  readonly provider: string;
  /** As asked, and as the provider says it answered with; that one counts where it has a price. */
  readonly model: string;
  readonly responseModel: string;
  /** When the call was made: prices are those of that time. */
  readonly at: Date;
  readonly usage: Usage | null;
  /** The provider's own figure, where the response has one. */
  readonly reportedCost: bigint | null;
  /** Null where no status line came. */
  readonly status: number | null;
  readonly errorKind?: ErrorKind | null;
  /** True where tokens in `usage` were counted by us. */
  readonly estimated: boolean;
  readonly hiddenReasoning: boolean;
  readonly complete: boolean;
  readonly serviceTier?: string;
  readonly serverTools?: Readonly<Record<string, number>> | null;
}

export interface Priced {
  /** Null = unpriced, which is not $0. */
  readonly cost: NanoUsd | null;
  readonly status: CostStatus;
  readonly receipt: Receipt;
  /** Which catalogue, in which version; '' where none was asked. */
  readonly priceVersion: string;
}

/** Providers whose models run on the user's own machines. */
const selfHosted = new Set(['ollama', 'vllm']);

/** What one upstream call cost, with the receipt for it. Never throws. */
export function priceExchange(call: PricedCall): Priced {
  if (call.reportedCost !== null) return reported(nanoUsd(call.reportedCost));
  if (call.usage === null) return withoutUsage(call);
  if (selfHosted.has(call.provider)) return unpriced('self-hosted: nobody bills these tokens by the unit');
  const prices = pricesOf(call);
  return prices === null ? unpriced(whyUnknown(call)) : byCatalogue(call, call.usage, prices);
}

/** No provider bills a call that it refused or failed, unless it says so with a usage. */
export function isKnownZero(status: number | null, errorKind: ErrorKind | null, usage: Usage | null): boolean {
  if (usage !== null) return false;
  return (status !== null && status >= 400) || errorKind === 'upstream_unreachable' || errorKind === 'refused';
}

function withoutUsage(call: PricedCall): Priced {
  if (!isKnownZero(call.status, call.errorKind ?? null, null)) {
    return unpriced(
      call.status === null ? 'no answer came, so what was billed is unknown' : 'the answer tells no usage',
    );
  }
  const reason = call.status === null ? 'no provider was reached' : `the provider does not bill HTTP ${call.status}`;
  return {
    cost: nanoUsd(0n),
    status: 'exact',
    receipt: { ...emptyReceipt, source: 'provider', reason },
    priceVersion: '',
  };
}

const emptyReceipt: Receipt = { lines: [], priceModel: '', source: '', priceFrom: '', tier: '', reason: '' };

function unpriced(reason: string): Priced {
  return { cost: null, status: 'unpriced', receipt: { ...emptyReceipt, reason }, priceVersion: '' };
}

function reported(cost: NanoUsd): Priced {
  const line = {
    item: 'reported',
    units: 1,
    pricePico: (cost * 1000n).toString(),
    amountNano: cost.toString(),
    note: '',
  };
  const reason = 'the provider reported this cost itself';
  return {
    cost,
    status: 'reported',
    receipt: { ...emptyReceipt, lines: [line], source: 'provider', reason },
    priceVersion: '',
  };
}

function pricesOf({ provider, model, responseModel, at }: PricedCall): ModelPrices | null {
  const names = [responseModel, model].filter((name) => name !== '');
  for (const name of names) {
    const prices = findPrices(provider, name, at);
    if (prices !== null) return prices;
  }
  return null;
}

function whyUnknown({ provider, model, responseModel }: PricedCall): string {
  const name = responseModel || model;
  if (!listsProvider(provider)) return `no price list of provider "${provider}" is known`;
  if (name === '') return 'neither request nor response names a model';
  return `no price of model "${name}" at ${provider} is known (${CATALOGUE_VERSION})`;
}

function byCatalogue(call: PricedCall, usage: Usage, prices: ModelPrices): Priced {
  const tier = rateOf(call.provider, call.serviceTier ?? '');
  const tokens = billUsage(usage, prices, tier);
  const bill = join(tokens, billTools(call.serverTools ?? {}, prices));
  if (bill.lines.length === 0 && bill.missing.length > 0) return unpriced(bill.missing.join('; '));
  const doubts = doubtsOf(call, usage, bill, tier.kind === 'unknown' ? [tier.reason] : []);
  const counted = call.estimated ? ['the answer tells no usage: tokens were counted by Spendlens'] : [];
  return {
    cost: sumOf(bill.lines),
    status: doubts.length > 0 ? 'partial' : call.estimated ? 'estimated' : 'exact',
    receipt: {
      lines: [...bill.lines],
      priceModel: prices.model,
      source: 'genai-prices',
      priceFrom: prices.from,
      tier: [bill.tier, prices.hours].filter((text) => text !== '').join(', '),
      reason: [...counted, ...doubts].join('; '),
    },
    priceVersion: CATALOGUE_VERSION,
  };
}

function join(tokens: Bill, tools: Bill): Bill {
  return {
    lines: [...tokens.lines, ...tools.lines],
    missing: [...tokens.missing, ...tools.missing],
    tier: tokens.tier,
  };
}

function sumOf(lines: readonly ReceiptLine[]): NanoUsd {
  return nanoUsd(lines.reduce((sum, line) => sum + BigInt(line.amountNano), 0n));
}

function doubtsOf(call: PricedCall, usage: Usage, bill: Bill, known: readonly string[]): string[] {
  const doubts = [...known, ...bill.missing];
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
