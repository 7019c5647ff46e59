import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useEffect, useState } from 'react';
import { Button } from './button.tsx';
import { Failure } from './failure.tsx';

const SLOW_MS = 1000;

interface AskedFor<T> {
  readonly data: T | undefined;
  readonly error: unknown;
  readonly isPlaceholderData: boolean;
  readonly fetchStatus: 'fetching' | 'paused' | 'idle';
  readonly refetch: () => unknown;
}

interface SettledProps<T> {
  readonly query: AskedFor<T>;
  /** What is shown until the first answer: of the final size, so that nothing moves. */
  readonly skeleton: ReactNode;
  /** What is being read, in words, for when it takes long. */
  readonly reading: string;
  readonly children: (data: T) => ReactNode;
}

/** Loading, failed, cancelled or ready; an answer to the question before stays, dimmed, while the next one loads. */
export function Settled<T>({ query, skeleton, reading, children }: SettledProps<T>) {
  const { data, error, isPlaceholderData, fetchStatus } = query;
  if (error !== null && (data === undefined || isPlaceholderData)) {
    return <Failure error={error} onRetry={() => query.refetch()} />;
  }
  if ((data === undefined || isPlaceholderData) && fetchStatus === 'idle')
    return <Cancelled onRetry={() => query.refetch()} />;
  const slow = (
    <Slow reading={reading} active={fetchStatus === 'fetching' && (data === undefined || isPlaceholderData)} />
  );
  if (data === undefined) {
    return (
      <div className="relative h-full" aria-busy>
        {skeleton}
        {slow}
      </div>
    );
  }
  return (
    <div className="relative flex h-full min-h-0 flex-col" aria-busy={isPlaceholderData}>
      <div
        // What is dimmed answers the question before: a click on it would go astray.
        className={`flex min-h-0 flex-1 flex-col transition-opacity ${
          isPlaceholderData ? 'pointer-events-none opacity-50 delay-100' : ''
        }`}
      >
        {children(data)}
      </div>
      {slow}
    </div>
  );
}

function Slow({ reading, active }: { reading: string; active: boolean }) {
  const cache = useQueryClient();
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    setSlow(false);
    if (!active) return;
    const timer = setTimeout(() => setSlow(true), SLOW_MS);
    return () => clearTimeout(timer);
  }, [active]);
  if (!slow || !active) return null;
  return (
    <div className="absolute inset-0 z-10 flex items-center justify-center p-2">
      <div
        role="status"
        className="flex items-center gap-2 rounded-md border border-line bg-raised px-2 py-1 text-small shadow-pop"
      >
        {reading}
        <Button
          look="quiet"
          onClick={() => cache.cancelQueries({ predicate: (q) => q.state.fetchStatus === 'fetching' })}
        >
          Cancel
        </Button>
      </div>
    </div>
  );
}

function Cancelled({ onRetry }: { onRetry: () => void }) {
  return (
    <div className="flex h-full min-h-20 items-center justify-center gap-2 text-small text-muted">
      Cancelled
      <Button onClick={onRetry}>Read again</Button>
    </div>
  );
}
