import { useEffect, useMemo, useSyncExternalStore } from 'react';
import type { RequestLine } from '../../../domain/api.ts';
import type { RequestIdentity } from '../api/queries.ts';
import { readOpen, writeOpen } from './open-link.ts';
import { useParam } from './view.tsx';

/** The rows beside the drawer, for its next and previous. */
let neighbours: readonly RequestLine[] = [];
const listeners = new Set<() => void>();

function setNeighbours(rows: readonly RequestLine[]): void {
  neighbours = rows;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const isSame = (a: RequestIdentity, b: RequestIdentity): boolean => a.outboxId === b.outboxId && a.seq === b.seq;

export function useOpenRequest(rows: readonly RequestLine[] | undefined) {
  const [text, setText] = useParam('open');
  const [, replaceText] = useParam('open', { replace: true });
  const identity = useMemo(() => readOpen(text), [text]);
  useEffect(() => {
    setNeighbours(rows ?? []);
    return () => setNeighbours([]);
  }, [rows]);
  // One step back closes the drawer, however many rows were looked at in it.
  const open = (line: RequestIdentity) => (identity === null ? setText : replaceText)(writeOpen(line));
  return { identity, open };
}

/** What is open in the drawer, and its neighbours in the table behind it. */
export function useDrawer() {
  const [text, setText] = useParam('open');
  const [, replaceText] = useParam('open', { replace: true });
  const identity = useMemo(() => readOpen(text), [text]);
  const rows = useSyncExternalStore(subscribe, () => neighbours);
  const index = identity === null ? -1 : rows.findIndex((row) => isSame(row, identity));
  const go = (line: RequestIdentity | undefined) => line && replaceText(writeOpen(line));
  const [previous, next] = index < 0 ? [undefined, undefined] : [rows[index - 1], rows[index + 1]];
  return {
    identity,
    line: rows[index],
    close: () => setText(null),
    toPrevious: previous && (() => go(previous)),
    toNext: next && (() => go(next)),
  };
}
