import { Search } from 'lucide-react';
import { useEffect, useState } from 'react';

const PAUSE_MS = 200;

interface SearchBoxProps {
  readonly value: string;
  readonly onChange: (text: string) => void;
  readonly label: string;
}

/** Reports what was typed once the typing pauses. */
export function SearchBox({ value, onChange, label }: SearchBoxProps) {
  const [typed, setTyped] = useState(value);
  useEffect(() => setTyped(value), [value]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only typing starts the clock.
  useEffect(() => {
    if (typed === value) return;
    const timer = setTimeout(() => onChange(typed), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  return (
    <span className="relative flex h-7 w-56 items-center max-sm:w-full">
      <Search size={13} aria-hidden className="pointer-events-none absolute left-2 text-muted" />
      <input
        type="search"
        aria-label={label}
        placeholder={`${label} …`}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => event.key === 'Escape' && event.currentTarget.blur()}
        className="h-full w-full rounded-md border border-line bg-surface pr-2 pl-7 text-small placeholder:text-muted"
      />
    </span>
  );
}
