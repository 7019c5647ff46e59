import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Run, Scenario } from './scenario.ts';

const HOUR_MS = 3_600_000;
const MINUTES_OFF = z.object({ least: z.coerce.number(), most: z.coerce.number() });

const clockOff = (says: 'ahead' | 'behind'): Scenario => {
  const shiftMs = says === 'ahead' ? HOUR_MS : -HOUR_MS;
  return {
    name: `a proxy's clock an hour ${says}`,
    modes: ['embedded', 'kafka'],
    mayLose: 'nothing',
    short: [],
    takes: { full: 12, short: 12 },
    environment: { SPENDLENS_FAULT_PROXY_CLOCK_MS: String(shiftMs) },
    strike: () => sleep(2_000),
    afterwards: (run) => assertShifted(run, shiftMs),
  };
};

/** Proves that the clock was wrong at all: rows carry the proxy's idea of the time. */
async function assertShifted({ installation }: Run, shiftMs: number): Promise<void> {
  const [off] = await installation.warehouse.rows(MINUTES_OFF, {
    text: `SELECT min(m) AS least, max(m) AS most
      FROM (SELECT dateDiff('minute', now64(3), created_at) AS m FROM spendlens.attempts)`,
    params: {},
  });
  const due = shiftMs / 60_000;
  const isDue = (minutes: number | undefined) => minutes !== undefined && Math.abs(minutes - due) <= 3;
  if (!isDue(off?.least) || !isDue(off?.most)) {
    throw new Error(`rows are ${off?.least} to ${off?.most} minutes off, and were to be ${due}`);
  }
}

export const clockScenarios: readonly Scenario[] = [clockOff('ahead'), clockOff('behind')];
