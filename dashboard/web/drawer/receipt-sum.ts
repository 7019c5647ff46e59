import type { Receipt } from '../../../domain/prices/receipt.ts';

/** Nano-dollars; exact, since each line was rounded once already. */
export function receiptSum(receipt: Receipt): bigint {
  return receipt.lines.reduce((sum, line) => sum + BigInt(line.amountNano), 0n);
}
