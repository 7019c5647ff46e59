import { useQueryClient } from '@tanstack/react-query';
import { DatabaseZap } from 'lucide-react';
import { useEffect, useRef } from 'react';
import type { StatusAnswer } from '../../../domain/api.ts';
import { useServer } from '../state/view.tsx';
import { Processes } from './health.tsx';

const words = 'The warehouse is restarting; recording goes on, figures come back by themselves.';

/** Says why figures stand still, and has them read again once the warehouse answers. */
export function WarehouseNotice() {
  const { warehouse } = useServer();
  useReadAgain(warehouse.reachable);
  if (warehouse.reachable) return null;
  return (
    <p
      role="status"
      title={warehouse.error}
      className="flex shrink-0 items-center gap-2 border-b border-line bg-warn-soft px-4 py-1.5 text-small text-warn max-sm:px-3"
    >
      <DatabaseZap size={13} aria-hidden className="shrink-0" />
      <span>{words}</span>
    </p>
  );
}

function useReadAgain(reachable: boolean): void {
  const cache = useQueryClient();
  const was = useRef(reachable);
  useEffect(() => {
    if (reachable && !was.current)
      void cache.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'status' });
    was.current = reachable;
  }, [reachable, cache]);
}

/** In place of everything, where not even the last figures are known. */
export function NoWarehouseYet({ status }: { status: StatusAnswer }) {
  const { health, warehouse } = status;
  return (
    <main className="flex h-full flex-col items-center justify-center gap-3 p-6" aria-busy>
      <h1 className="text-title font-semibold tracking-tight">Waiting for the warehouse</h1>
      <p className="max-w-120 text-center text-muted">{words}</p>
      <p className="max-w-120 text-center text-small break-words text-bad">{warehouse.error}</p>
      {health.processes.length > 0 && (
        <div className="w-80 max-w-full">
          <Processes health={health} />
        </div>
      )}
    </main>
  );
}
