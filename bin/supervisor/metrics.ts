import { AggregatorRegistry, Counter, Gauge, Registry } from 'prom-client';
import type { ChildState, ToSupervisor } from '../../process/messages.ts';
import type { Child } from './child.ts';

const COLLECT_TIMEOUT_MS = 1_000;

type Metrics = Extract<ToSupervisor, { type: 'metrics' }>['metrics'];

/** What no child can say of itself once it is down. */
export function createProcessMetrics(children: () => readonly ChildState[]): Registry {
  const registry = new Registry();
  const labelNames = ['process'] as const;
  new Gauge({
    name: 'spendlens_process_up',
    help: '1 where the process runs, 0 where it is being started again or stopped.',
    labelNames,
    registers: [registry],
    collect() {
      this.reset();
      for (const { name, state } of children()) this.set({ process: name }, state === 'up' ? 1 : 0);
    },
  });
  new Counter({
    name: 'spendlens_process_restarts_total',
    help: 'Times that the process died and was started again.',
    labelNames,
    registers: [registry],
    collect() {
      this.reset();
      for (const { name, restarts } of children()) this.inc({ process: name }, restarts);
    },
  });
  return registry;
}

/** Asks every child for its metrics and adds them up: one scrape shows workers, ingest and warehouse together. */
export function createMetricsCollector(children: () => readonly Child[]) {
  let nextId = 1;
  const pending = new Map<number, (metrics: Metrics) => void>();
  const own = createProcessMetrics(() => children().map(({ state }) => state));

  async function collect(): Promise<string> {
    const answers = await Promise.all(children().map(ask));
    const known = answers.filter((answer) => answer !== null);
    // The declared parameter is prom-client's own JSON form, which crossed a process border and is plain data here.
    const aggregate: (metrics: object[]) => { metrics(): Promise<string> } = AggregatorRegistry.aggregate;
    return aggregate([...known, await own.getMetricsAsJSON()]).metrics();
  }

  function ask(child: Child): Promise<Metrics | null> {
    const id = nextId++;
    return new Promise((resolve) => {
      const timer = setTimeout(finish, COLLECT_TIMEOUT_MS, null);
      pending.set(id, finish);
      child.send({ type: 'collect', id });
      function finish(metrics: Metrics | null): void {
        clearTimeout(timer);
        pending.delete(id);
        resolve(metrics);
      }
    });
  }

  return {
    /** Prometheus text of all of them. */
    collect,
    /** Takes the messages that belong to a scrape. */
    async handle(child: Child, message: ToSupervisor): Promise<void> {
      if (message.type === 'metrics') pending.get(message.id)?.(message.metrics);
      if (message.type === 'scrape') child.send({ type: 'scraped', id: message.id, text: await collect() });
    },
  };
}
