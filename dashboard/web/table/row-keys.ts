import { useEffect, useRef, useState } from 'react';
import { isTaken } from '../frame/keys.tsx';

interface RowKeysOptions<Row> {
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
  readonly opened: string | null;
  readonly follow: boolean;
  readonly onOpen: (row: Row, index: number) => void;
  readonly onMove: (index: number) => void;
}

/** `j`/`k` and the arrows move, Enter opens. The place is kept by key: rows that arrive above do not move it. */
export function useRowKeys<Row>(options: RowKeysOptions<Row>): string | null {
  const [active, setActive] = useState<string | null>(null);
  const latest = useRef({ ...options, active });
  latest.current = { ...options, active };
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (isTaken(event) || isElsewhere(event)) return;
      const { rows, rowKey, opened, follow, onOpen, onMove, active: at } = latest.current;
      const index = rows.findIndex((row) => rowKey(row) === (opened ?? at));
      const step = stepOf(event.key);
      if (step !== 0) {
        event.preventDefault();
        const next = Math.min(Math.max(index + step, 0), rows.length - 1);
        const row = rows[next];
        if (row === undefined) return;
        setActive(rowKey(row));
        onMove(next);
        if (follow && opened !== null) onOpen(row, next);
      }
      const row = rows[index];
      if (event.key === 'Enter' && row !== undefined && !isControl(event.target)) onOpen(row, index);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
  return active;
}

function stepOf(key: string): number {
  if (key === 'j' || key === 'ArrowDown') return 1;
  return key === 'k' || key === 'ArrowUp' ? -1 : 0;
}

const isControl = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest('button, a, summary') !== null;

/** Arrows scroll what has the focus (a body in the drawer, a chart), and tabs have their own. */
function isElsewhere(event: KeyboardEvent): boolean {
  if (!event.key.startsWith('Arrow')) return false;
  return (
    event.target instanceof Element &&
    event.target.closest('[role="tablist"], [role="group"], pre, [data-own-arrows]') !== null
  );
}
