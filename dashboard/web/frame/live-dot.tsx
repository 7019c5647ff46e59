import { useEffect, useState } from 'react';
import { ago } from '../format/time.ts';
import { StateDot } from '../parts/state-dot.tsx';
import { useServer } from '../state/view.tsx';

const FRESH_MS = 60_000;

/** Counts on between two polls; the server's clock rules, since the browser's may be off. */
function useServerNow(now: string): number {
  const [passed, setPassed] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each answer sets the clock anew.
  useEffect(() => {
    setPassed(0);
    const timer = setInterval(() => setPassed((ms) => ms + 1000), 1000);
    return () => clearInterval(timer);
  }, [now]);
  return Date.parse(now) + passed;
}

/** `reachable` is whether the last poll was answered. */
export function LiveDot({ reachable }: { reachable: boolean }) {
  const { now, lastRowAt } = useServer();
  const serverNow = useServerNow(now);
  if (!reachable) {
    return (
      <span role="status" className="flex items-center gap-1.5 text-small text-bad">
        <StateDot tone="bad" />
        no connection
      </span>
    );
  }
  const last = lastRowAt === null ? null : Date.parse(lastRowAt);
  const fresh = last !== null && serverNow - last < FRESH_MS;
  return (
    <span
      className="flex items-center gap-1.5 text-small whitespace-nowrap text-muted"
      title="When the newest request arrived"
    >
      <StateDot tone={fresh ? 'good' : 'muted'} className={fresh ? 'animate-pulse' : 'opacity-60'} />
      <span className="max-md:sr-only">last row </span>
      {last === null ? 'none yet' : ago(last, serverNow)}
    </span>
  );
}
