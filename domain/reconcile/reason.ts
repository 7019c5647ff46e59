import type { ReconciliationReason } from '../money-api.ts';
import type { Pair } from './pair.ts';

interface Reason {
  readonly reason: ReconciliationReason;
  readonly message: string;
}

interface Span {
  readonly from: string;
  readonly to: string;
}

const because = (reason: ReconciliationReason, message: string): Reason => ({ reason, message });
const plural = (count: number, one: string) => `${count.toLocaleString('en-US')} ${one}${count === 1 ? '' : 's'}`;
const size = (amount: bigint) => (amount < 0n ? -amount : amount);

/** The likely reason for a difference, the surest one first. */
export function reasonOf(pair: Pair, all: readonly Pair[], span: Span): Reason {
  const difference = pair.invoice - pair.ours;
  if (difference === 0n && pair.unpriced === 0) return because('equal', 'Equal to the nano-dollar.');
  if (pair.unpriced === 0 && size(difference) <= pair.rounding) {
    return because('rounding', 'Within what the report rounds away.');
  }
  if (pair.requests === 0) {
    const message = 'Billed, and no such call came through the proxy: an app calls the provider directly.';
    return because('bypassed', message);
  }
  if (pair.unpriced > 0 && difference >= 0n) {
    return because(
      'unpriced',
      `${plural(pair.unpriced, 'call')} of ours ${pair.unpriced === 1 ? 'has' : 'have'} no price.`,
    );
  }
  return edge(pair, all, span, difference) ?? ownDoubt(pair) ?? price(pair, all, difference);
}

/** Around midnight UTC a call may be booked on the day after; a day may not be complete when the report was made. */
function edge(pair: Pair, all: readonly Pair[], span: Span, difference: bigint): Reason | null {
  const neighbour = all.find(
    (other) =>
      other.model === pair.model &&
      Math.abs(Date.parse(other.day) - Date.parse(pair.day)) === 86_400_000 &&
      size(difference + other.invoice - other.ours) <= pair.rounding + other.rounding,
  );
  if (neighbour) {
    return because('late', `Together with ${neighbour.day} it adds up: calls around midnight UTC were booked there.`);
  }
  if (!pair.invoiced && pair.day !== span.to)
    return because('not_on_invoice', 'Ours alone: the report has no such line.');
  if (pair.day === span.to && difference < 0n) {
    return because(
      'late',
      'The last day of the report, which the provider may not have booked completely when it was made.',
    );
  }
  return null;
}

function ownDoubt({ corrected, estimated }: Pair): Reason | null {
  if (estimated > 0) {
    return because(
      'uncertain',
      `${plural(estimated, 'call')} of ours ${estimated === 1 ? 'is' : 'are'} estimated or partial.`,
    );
  }
  if (corrected > 0) {
    return because(
      'corrected',
      `${plural(corrected, 'call')} of ours ${corrected === 1 ? 'was' : 'were'} priced again since.`,
    );
  }
  return null;
}

/** The same share off on every day is another price; a share that changes is traffic that went elsewhere. */
function price(pair: Pair, all: readonly Pair[], difference: bigint): Reason {
  const days = all.filter((other) => other.model === pair.model && other.ours > 0n && other.invoice > 0n);
  const ratios = days.map(({ invoice, ours }) => Number(invoice) / Number(ours));
  const steady = days.length > 1 && Math.max(...ratios) - Math.min(...ratios) < 0.005;
  const percent = pair.ours === 0n ? '' : `${((Number(pair.invoice) / Number(pair.ours) - 1) * 100).toFixed(1)} %`;
  if (difference < 0n || steady) {
    const message = `The provider bills ${percent} against our price${steady ? ', on every day' : ''}: a discount, or a price that changed.`;
    return because('price_differs', message);
  }
  return because(
    'partly_bypassed',
    'Billed more than came through the proxy: some calls may go to the provider directly.',
  );
}
