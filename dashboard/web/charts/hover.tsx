import { createContext, type ReactNode, useContext, useState, useSyncExternalStore } from 'react';

/** The instant that the pointer is at in one chart of a page: the others draw their crosshair there too. */
interface HoverStore {
  readonly get: () => number | null;
  readonly set: (at: number | null) => void;
  readonly subscribe: (listener: () => void) => () => void;
}

function createHoverStore(): HoverStore {
  const listeners = new Set<() => void>();
  let current: number | null = null;
  return {
    get: () => current,
    set: (at) => {
      if (at === current) return;
      current = at;
      for (const listener of listeners) listener();
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

const hoverContext = createContext<HoverStore | null>(null);

/** Around the charts of one page that share a crosshair. */
export function SyncedCharts({ children }: { children: ReactNode }) {
  const [store] = useState(createHoverStore);
  return <hoverContext.Provider value={store}>{children}</hoverContext.Provider>;
}

/** @throws Error outside of SyncedCharts */
export function useHover() {
  const store = useContext(hoverContext);
  if (store === null) throw new Error('a chart needs SyncedCharts around it');
  return [useSyncExternalStore(store.subscribe, store.get), store.set] as const;
}
