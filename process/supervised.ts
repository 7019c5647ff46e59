import type { Registry } from 'prom-client';
import { type ChildState, type ToSupervisor, toChild } from './messages.ts';

const SCRAPE_TIMEOUT_MS = 2_000;

/** This process's end of the channel to the supervisor; without one (a container of its own) it answers alone. */
export interface Supervision {
  ready(port: number | null): void;
  /** Prometheus text of this process and, under a supervisor, of all its siblings. */
  scrape(): Promise<string>;
  children(): readonly ChildState[];
}

export function createSupervision(registry: Registry, onOrphaned: () => void): Supervision {
  let children: readonly ChildState[] = [];
  let nextId = 1;
  const waiting = new Map<number, (text: string) => void>();
  const send = (message: ToSupervisor) => process.send?.(message);

  process.on('message', async (raw) => {
    const parsed = toChild.safeParse(raw);
    if (!parsed.success) return;
    const message = parsed.data;
    switch (message.type) {
      case 'collect':
        send({ type: 'metrics', id: message.id, metrics: await registry.getMetricsAsJSON() });
        return;
      case 'scraped':
        waiting.get(message.id)?.(message.text);
        waiting.delete(message.id);
        return;
      case 'children':
        children = message.children;
        return;
    }
  });
  process.on('disconnect', onOrphaned);

  return {
    ready: (port) => void send({ type: 'ready', port }),
    children: () => children,
    async scrape() {
      if (!process.connected) return registry.metrics();
      const id = nextId++;
      const all = new Promise<string>((resolve) => waiting.set(id, resolve));
      send({ type: 'scrape', id });
      const late = new Promise<null>((resolve) => setTimeout(resolve, SCRAPE_TIMEOUT_MS, null).unref());
      const text = await Promise.race([all, late]);
      waiting.delete(id);
      return text ?? registry.metrics();
    },
  };
}
