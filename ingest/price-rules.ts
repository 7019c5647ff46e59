import type { ConfigLog } from '../clickhouse/config-log.ts';
import { readDashboardRules } from '../clickhouse/price-rules.ts';
import { noRules, orderRules, type PriceRules } from '../domain/prices/rules.ts';
import type { Logger } from '../process/log.ts';

export interface CurrentRules {
  current(): PriceRules;
  /** Reads them anew; rejects where that does not work. */
  load(): Promise<void>;
  /** Goes on reading them every few seconds until the signal comes; what cannot be read leaves the last ones standing. */
  follow(): void;
}

const FOLLOW_MS = 3_000;

/** What spendlens.yaml and the dashboard say about prices, at hand for every call. */
export function createCurrentRules(
  configLog: ConfigLog,
  fileRules: () => Promise<PriceRules>,
  log: Logger,
  signal: AbortSignal,
): CurrentRules {
  let rules = noRules;
  let failing = false;

  async function load(): Promise<void> {
    const [file, dashboard] = await Promise.all([fileRules(), readDashboardRules(configLog)]);
    rules = orderRules(file, dashboard.rules);
  }

  async function tick(): Promise<void> {
    try {
      await load();
      failing = false;
    } catch (error) {
      if (!failing && !signal.aborted) log.warn(error, 'prices of the user cannot be read; the last ones go on');
      failing = true;
    }
  }

  function follow(): void {
    let busy = false;
    const timer = setInterval(() => {
      if (busy) return;
      busy = true;
      void tick().finally(() => {
        busy = false;
      });
    }, FOLLOW_MS);
    timer.unref();
    signal.addEventListener('abort', () => clearInterval(timer), { once: true });
  }

  return { current: () => rules, load, follow };
}
