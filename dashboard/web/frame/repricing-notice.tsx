import { RefreshCw } from 'lucide-react';
import { integer } from '../format/number.ts';
import { useServer } from '../state/view.tsx';

/** Money that is shown while rows are being priced again is neither the old nor the new. */
export function RepricingNotice() {
  const { repricing } = useServer();
  if (repricing === null) return null;
  const applying = repricing.state === 'applying';
  return (
    <p
      role="status"
      className="flex shrink-0 items-center gap-2 border-b border-line bg-warn-soft px-4 py-1.5 text-small text-warn max-sm:px-3"
    >
      <RefreshCw size={13} aria-hidden className="shrink-0 animate-spin" />
      <span>
        {applying ? 'Prices are being corrected' : 'A correction of prices is being worked out'}:{' '}
        {integer(repricing.done)} of {integer(repricing.total)}.
        {applying && ' Until it ends, money is in between the old and the new figures.'}
      </span>
    </p>
  );
}
