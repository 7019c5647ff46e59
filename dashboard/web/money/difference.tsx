import { fromDecimal } from '../../../domain/money.ts';
import { exactMoney, exactNano, money, nanoMoney } from '../format/money.ts';

/** What is more stands with a plus, so that its direction is seen; nothing is `±$0`. */
export function signedMoney(nano: bigint): string {
  if (nano === 0n) return '±$0';
  return nano > 0n ? `+${nanoMoney(nano)}` : nanoMoney(nano);
}

export const nanoBetween = (before: string, after: string): bigint => fromDecimal(after) - fromDecimal(before);

export function DifferenceText({ nano }: { nano: bigint }) {
  return (
    <span className={nano === 0n ? 'text-muted' : 'font-medium'} title={exactNano(nano)}>
      {signedMoney(nano)}
    </span>
  );
}

/** A sum from which calls without a price are missing says so, and is none where all are. */
export function SumText({ dollars, unpriced, of }: { dollars: string; unpriced: number; of: number }) {
  if (unpriced > 0 && unpriced >= of) return <span className="text-muted">— unpriced</span>;
  return (
    <span title={unpriced > 0 ? `${exactMoney(dollars)}, without ${unpriced} unpriced calls` : exactMoney(dollars)}>
      {money(dollars)}
      {unpriced > 0 && <span className="text-warn"> *</span>}
    </span>
  );
}
