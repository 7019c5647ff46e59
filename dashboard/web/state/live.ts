import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import type { StatusAnswer } from '../../../domain/api.ts';
import type { Range } from '../../../domain/view.ts';
import { LIVE } from '../api/queries.ts';

const IDLE_REFRESH_MS = 30_000;
/** A round of queries may take at most this part of the time: slow ones make the page calmer, not the engine busier. */
const SHARE_OF_TIME = 4;

const isRelative = (range: Range): boolean => 'preset' in range && range.preset !== 'yesterday';

/**
 * Asks again for what is on the screen when the status says that rows arrived, and now and then because time moves on.
 * A range with fixed ends that lies in the past never changes and is left alone.
 */
export function useLiveRefresh(status: StatusAnswer | undefined, range: Range): void {
  const cache = useQueryClient();
  const calmUntil = useRef(0);
  const last = useRef({ signature: '', at: 0 });
  const signature = status ? `${status.lastRowAt} ${status.rows?.app} ${status.rows?.demo}` : '';
  const now = status?.now;
  const live = isRelative(range) || (now !== undefined && 'to' in range && range.to > now);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `now` is the beat on which the rest is looked at.
  useEffect(() => {
    if (signature === '' || !live || document.hidden) return;
    const at = performance.now();
    const first = last.current.signature === '';
    const due = signature !== last.current.signature || at - last.current.at > IDLE_REFRESH_MS;
    if (!first && (!due || at < calmUntil.current)) return;
    last.current = { signature, at };
    if (first) return;
    calmUntil.current = Number.POSITIVE_INFINITY;
    void cache.invalidateQueries({ queryKey: [LIVE] }, { cancelRefetch: false }).finally(() => {
      calmUntil.current = performance.now() + SHARE_OF_TIME * (performance.now() - at);
    });
  }, [signature, now, live, cache]);
}
