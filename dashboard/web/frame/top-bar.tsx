import { GitCompareArrows, Menu } from 'lucide-react';
import { Button, IconButton } from '../parts/button.tsx';
import { useParam, useView } from '../state/view.tsx';
import { FilterChips } from './filter-chips.tsx';
import { DemoBadge, KindSwitch } from './kind-switch.tsx';
import { LiveDot } from './live-dot.tsx';
import { RangePicker } from './range-picker.tsx';

interface TopBarProps {
  readonly reachable: boolean;
  /** Nothing was recorded yet: there is nothing to filter, compare or choose a range of. */
  readonly empty: boolean;
  /** The page is not about a range: nothing on it would change. */
  readonly timeless: boolean;
  readonly onOpenSheet: () => void;
}

export function TopBar({ reachable, empty, timeless, onOpenSheet }: TopBarProps) {
  const chosen = !empty && !timeless;
  return (
    <header className="flex min-h-12 shrink-0 flex-wrap items-center gap-x-3 gap-y-1.5 border-b border-line bg-surface px-4 py-2 max-sm:px-3">
      <span className="sm:hidden">
        <IconButton label="Pages" onClick={onOpenSheet}>
          <Menu size={16} aria-hidden />
        </IconButton>
      </span>
      {!empty && <DemoBadge />}
      {chosen && <FilterChips />}
      <span className={chosen ? 'max-sm:ml-auto' : 'ml-auto'}>
        <LiveDot reachable={reachable} />
      </span>
      {!empty && (
        <div className="flex items-center gap-2 max-sm:order-1">
          <KindSwitch />
          {chosen && <CompareToggle />}
          {chosen && <RangePicker />}
        </div>
      )}
    </header>
  );
}

function CompareToggle() {
  const { compare } = useView();
  const [, setCompare] = useParam('compare');
  return (
    <Button
      aria-pressed={compare}
      aria-label="Compare with the period before"
      title="Compare with the period before"
      onClick={() => setCompare(compare ? 'off' : null)}
      className="text-muted aria-pressed:bg-selected aria-pressed:text-text"
    >
      <GitCompareArrows size={14} aria-hidden />
      <span className="max-md:sr-only">Compare</span>
    </Button>
  );
}
