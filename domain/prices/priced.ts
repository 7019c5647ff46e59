import type { ErrorKind } from '../exchange.ts';
import { type NanoUsd, nanoUsd } from '../money.ts';
import type { ResponseFacts, Usage } from '../usage/facts.ts';
import { CATALOGUE_VERSION } from './catalogue.ts';
import { type CostStatus, emptyReceipt, type Receipt, type ReceiptLine } from './receipt.ts';
import { TABLE_VERSION } from './table/sourced.ts';

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
  /** True where the answer came from the proxy's own cache: nobody bills it. */
  readonly cached?: boolean;
  /** True where tokens in `usage` were counted by us. */
  readonly estimated: boolean;
  readonly hiddenReasoning: boolean;
  readonly complete: boolean;
  /** The one that was served, which need not be the one that was asked. */
  readonly serviceTier?: string;
  /** '' or the region that the call was bound to. */
  readonly region?: string;
  readonly serverTools?: Readonly<Record<string, number>> | null;
  /** What other models did inside the call, not contained in `usage`. */
  readonly others?: ResponseFacts['others'];
}

export interface Priced {
  /** Null = unpriced, which is not $0. */
  readonly cost: NanoUsd | null;
  readonly status: CostStatus;
  readonly receipt: Receipt;
  /** Which price lists in which version, and which override; '' where none was asked. */
  readonly priceVersion: string;
}

export const PRICE_VERSION = `${CATALOGUE_VERSION}, spendlens ${TABLE_VERSION}`;

export function unpriced(reason: string): Priced {
  return { cost: null, status: 'unpriced', receipt: { ...emptyReceipt, reason }, priceVersion: '' };
}

export function sumOf(lines: readonly ReceiptLine[]): NanoUsd {
  return nanoUsd(lines.reduce((sum, line) => sum + BigInt(line.amountNano), 0n));
}

/** The names of a call, the more telling first. */
export function answered({ model, responseModel }: PricedCall): string[] {
  return [responseModel, model].filter((name) => name !== '');
}
