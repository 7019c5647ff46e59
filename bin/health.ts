import { z } from 'zod';

/** Asks the supervisor of this container whether what it runs is up: exits 0 or 1, for a container's health check. */
const port = z.coerce.number().int().min(1).max(65_535).safeParse(process.env['SPENDLENS_OPERATIONS_PORT']);
const TIMEOUT_MS = 3_000;

if (port.success) await ask(port.data);
else fail('SPENDLENS_OPERATIONS_PORT: expected the port where the supervisor tells its health');

async function ask(listening: number): Promise<void> {
  try {
    const answer = await fetch(`http://127.0.0.1:${listening}/healthz`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    const said = (await answer.text()).trim();
    if (!answer.ok) return fail(said);
    process.stdout.write(`${said}\n`);
  } catch (error) {
    fail(`nothing answers on port ${listening}: ${String(error)}`);
  }
}

function fail(why: string): void {
  process.stderr.write(`spendlens health: ${why}\n`);
  process.exitCode = 1;
}
