import { userInfo } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createWarehouse } from '../clickhouse/client.ts';
import { createConfigLog } from '../clickhouse/config-log.ts';
import { findWarehouse } from '../demo/installation.ts';
import { rulesOf } from '../domain/config.ts';
import { SpendlensError } from '../domain/error.ts';
import {
  type RepricingDifference,
  type RepricingJob,
  type RepricingSelection,
  repricingSelection,
} from '../domain/money-api.ts';
import { readConfigFile } from '../process/config-file.ts';
import { createLog } from '../process/log.ts';
import { EXIT_CONFIG } from '../process/messages.ts';
import { createRepricing, type Repricing } from '../repricing/repricing.ts';
import { createRulesInForce } from '../repricing/rules-in-force.ts';

const USAGE = `usage: npm run reprice -- --from DATE --to DATE [--model M] [--provider P] [--why TEXT] [--yes]
       npm run reprice -- … --dry-run   shows the difference and changes nothing
       npm run reprice -- --undo ID     brings back the figures from before that repricing
       npm run reprice -- --resume      goes on with what was interrupted
       npm run reprice -- --list        what was repriced, when, why and by whom
DATE is a UTC day (2026-11-01) or an instant (2026-11-01T12:00:00Z); --to is not contained.`;

const POLL_MS = 1_000;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      from: { type: 'string' },
      to: { type: 'string' },
      model: { type: 'string' },
      provider: { type: 'string' },
      why: { type: 'string' },
      undo: { type: 'string' },
      'dry-run': { type: 'boolean' },
      yes: { type: 'boolean' },
      resume: { type: 'boolean' },
      list: { type: 'boolean' },
    },
  });
  const warehouse = createWarehouse(await findWarehouse(process.env, ['spendlens_dashboard']));
  const signal = interrupted();
  try {
    const repricing = createRepricing({
      warehouse,
      rules: createRulesInForce(createConfigLog(warehouse), async () =>
        rulesOf(await readConfigFile(process.env['SPENDLENS_CONFIG'] || 'spendlens.yaml')),
      ),
      log: createLog('reprice', 'warn'),
      holder: `reprice ${process.pid}`,
    });
    const { username: who } = userInfo();
    if (values.list) return await list(repricing);
    if (values.resume) return await resume(repricing, signal);
    if (values.undo !== undefined) {
      const why = values.why ?? 'undone from the command line';
      return await follow(repricing, await repricing.undo(values.undo, { who, why }), signal);
    }
    const selection = selectionOf(values);
    report(await preview(repricing, selection, signal));
    if (values['dry-run']) return;
    const why = values.why ?? 'repriced from the command line';
    if (!values.yes && !(await agreed())) return say('Nothing was changed.');
    await follow(repricing, await repricing.begin(selection, { who, why }), signal);
  } finally {
    await warehouse.close();
  }
}

/** Stopping loses nothing: the dashboard goes on with the job, or the next `--resume`. */
function interrupted(): AbortSignal {
  const abort = new AbortController();
  process.once('SIGINT', () => abort.abort(new Error('interrupted; go on with `npm run reprice -- --resume`')));
  return abort.signal;
}

function selectionOf(given: Record<string, string | boolean | undefined>): RepricingSelection {
  const text = (name: string) => {
    const value = given[name];
    return typeof value === 'string' ? value : undefined;
  };
  const instant = (name: string) => text(name)?.replace(/^\d{4}-\d{2}-\d{2}$/, '$&T00:00:00Z');
  const { model, provider } = { model: text('model'), provider: text('provider') };
  const parsed = repricingSelection.safeParse({
    from: instant('from'),
    to: instant('to'),
    ...(model !== undefined && { model }),
    ...(provider !== undefined && { provider }),
  });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new SpendlensError('config_invalid', `--${issue?.path.join('.') || 'from'}: ${issue?.message}\n${USAGE}`);
}

async function preview(
  repricing: Repricing,
  selection: RepricingSelection,
  signal: AbortSignal,
): Promise<RepricingDifference> {
  const difference = await repricing.preview(selection, {
    signal,
    progress: (done, total) => progress('read', done, total),
  });
  endProgress();
  return difference;
}

function report({ rows, ...all }: RepricingDifference): void {
  const line = (cells: readonly (string | number)[]) =>
    say(
      cells
        .map((cell, index) => (index < 3 ? String(cell).padEnd([11, 12, 32][index] ?? 0) : String(cell).padStart(18)))
        .join(' '),
    );
  if (rows.length > 0) line(['day (UTC)', 'provider', 'model', 'calls', 'old $', 'new $', 'unpriced']);
  for (const row of rows) {
    const unpriced = `${row.oldUnpriced} → ${row.newUnpriced}`;
    line([row.day, row.provider, row.model, row.changed, row.oldCost, row.newCost, unpriced]);
  }
  say(`${all.calls} calls looked at, ${all.changed} change: $${all.oldCost} → $${all.newCost}`);
  if (all.skipped > 0) say(`${all.skipped} calls were written before pricing facts were kept and stay as they are`);
}

async function agreed(): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw new SpendlensError('config_invalid', 'no terminal to ask on: add --yes, or --dry-run');
  process.stdout.write('Price these calls again? [y/N] ');
  const [answer] = await new Promise<Buffer[]>((resolve) => process.stdin.once('data', (data) => resolve([data])));
  process.stdin.pause();
  return /^y(es)?\s*$/i.test(answer?.toString() ?? '');
}

/** Does the work, or looks on while another process does. */
async function follow(repricing: Repricing, begun: RepricingJob, signal: AbortSignal): Promise<void> {
  let job = begun;
  const started = performance.now();
  while (job.state === 'planning' || job.state === 'applying') {
    signal.throwIfAborted();
    await repricing.carryOn(signal, ({ state, done, total }) => progress(state, done, total));
    job = await repricing.get(begun.id);
    progress(job.state, job.done, job.total);
    if (job.state === 'planning' || job.state === 'applying') await sleep(POLL_MS, undefined, { signal });
  }
  endProgress();
  if (job.state === 'failed') throw new SpendlensError('warehouse_refused', `${job.id} failed: ${job.message}`);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  say(`${job.changed} calls corrected in ${seconds} s: $${job.oldCost} → $${job.newCost}`);
  say(`Undo it with: npm run reprice -- --undo ${job.id}`);
}

async function resume(repricing: Repricing, signal: AbortSignal): Promise<void> {
  const job = (await repricing.list()).find(({ state }) => state === 'planning' || state === 'applying');
  if (job) await follow(repricing, job, signal);
  else say('Nothing was interrupted.');
}

async function list(repricing: Repricing): Promise<void> {
  for (const job of await repricing.list()) {
    const of = job.undoes === '' ? '' : ` undoes ${job.undoes}`;
    say(`${job.id}  ${job.startedAt}  ${job.state}${of}  by ${job.who}: ${job.why}`);
    say(
      `  ${job.changed} calls, $${job.oldCost} → $${job.newCost}${job.undoneBy === '' ? '' : `, undone by ${job.undoneBy}`}`,
    );
  }
}

function progress(what: string, done: number, total: number): void {
  if (process.stderr.isTTY)
    process.stderr.write(`\r${what} ${done.toLocaleString('en')} of ${total.toLocaleString('en')}    `);
}

function endProgress(): void {
  if (process.stderr.isTTY) process.stderr.write('\n');
}

// `| head` closes the pipe when it has seen enough.
process.stdout.on('error', () => process.exit(0));

main().catch((error: unknown) => {
  const permanent = error instanceof SpendlensError && !error.retryable;
  process.stderr.write(`spendlens reprice: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = permanent ? EXIT_CONFIG : 1;
});
