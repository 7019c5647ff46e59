import { z } from 'zod';
import { askCompleteness, type Completeness, isWhole } from '../../clickhouse/query/completeness.ts';
import { COMMIT_WINDOW_MS, type CommitWindow, commitWindow, isWithin } from '../harness/commit-window.ts';
import type { Installation } from './installation.ts';
import type { Entry, Ledger } from './ledger.ts';
import type { Loss } from './scenario.ts';

/** The sender's books held against the warehouse. */
export interface Verdict {
  readonly sent: number;
  readonly rows: number;
  readonly deadLetters: number;
  readonly aborted: number;
  /** Answered, and yet without a row for no reason that was stated. */
  readonly lost: number;
  readonly duplicated: number;
  /** Lost for a reason that was stated: told by the installation itself, as gap or as given up. */
  readonly told: number;
  /** Ids of what a killed proxy had in its commit window. */
  readonly inWindow: readonly string[];
  /** Of the rows that ended well, by the ledger and by the warehouse. */
  readonly ledgerNano: bigint;
  readonly warehouseNano: bigint;
  /** What is not as it should be; empty = all is well. */
  readonly faults: readonly string[];
}

const rowOf = z.object({
  request_id: z.string(),
  n: z.coerce.number(),
  cost_nano: z.coerce.bigint().nullable(),
  error_kind: z.string(),
});
type Row = z.infer<typeof rowOf>;

export async function holdAgainst(installation: Installation, ledger: Ledger, mayLose: Loss): Promise<Verdict> {
  const { warehouse } = installation;
  const rows = await warehouse.rows(rowOf, {
    text: `SELECT request_id, count() AS n, toInt64(sum(cost_usd) * 1000000000) AS cost_nano, any(error_kind) AS error_kind
      FROM spendlens.attempts GROUP BY request_id`,
    params: {},
  });
  const found = new Map(rows.map((row) => [row.request_id, row]));
  const unrecorded = ledger.entries.filter((entry) => isUnrecorded(entry, found.get(entry.id)));
  const windows = commitWindows(ledger, (entry) => found.get(entry.id)?.error_kind === '');
  const inWindow = unrecorded.filter((entry) => isInWindow(entry, windows));
  const outside = unrecorded.filter((entry) => !inWindow.includes(entry));
  const completeness = await askCompleteness(warehouse);
  const told = mayLose === 'gap' ? completeness.gaps : completeness.lostExchanges;
  const good = ledger.entries.filter(({ id }) => found.get(id)?.error_kind === '');
  const verdict = {
    sent: ledger.entries.length,
    rows: rows.reduce((sum, { n }) => sum + n, 0),
    deadLetters: completeness.deadLetters,
    aborted: rows.filter(({ error_kind }) => error_kind !== '').length,
    lost: Math.max(0, outside.length - told),
    duplicated: rows.reduce((sum, { n }) => sum + n - 1, 0),
    told,
    inWindow: inWindow.map(({ id }) => id),
    ledgerNano: good.reduce((sum, { costNano }) => sum + costNano, 0n),
    warehouseNano: rows.reduce((sum, row) => sum + (row.error_kind === '' ? (row.cost_nano ?? 0n) : 0n), 0n),
  };
  const faults = [
    ...faultsOfRows(ledger, found, verdict),
    ...faultsOfLoss(completeness, mayLose, outside),
    ...(await faultsOfIdentity(installation)),
  ];
  return { ...verdict, faults };
}

/** Without a row, or with one that only says that its proxy died: the end of what the app saw is in no commit. */
function isUnrecorded({ completeAt }: Entry, row: Row | undefined): boolean {
  return row === undefined || (completeAt !== null && row.error_kind === 'aborted');
}

function commitWindows({ entries, proxyKilledAt }: Ledger, isRecorded: (entry: Entry) => boolean): CommitWindow[] {
  const ends = entries.filter(isRecorded).map(({ completeAt }) => completeAt ?? 0);
  return proxyKilledAt.map((at) => commitWindow(at, ends));
}

/** A commit takes what ended just before the kill, and what had only just arrived. */
function isInWindow({ sentAt, completeAt }: Entry, windows: readonly CommitWindow[]): boolean {
  return windows.some((window) => isWithin(window, completeAt ?? sentAt));
}

function faultsOfRows(
  { entries, poisoned, proxyKilledAt, proxyResumedAt }: Ledger,
  found: ReadonlyMap<string, Row>,
  verdict: Omit<Verdict, 'faults'>,
): string[] {
  const known = new Map(entries.map((entry) => [entry.id, entry]));
  const strangers = [...found.keys()].filter((id) => !known.has(id));
  const wrong = [...found.values()].filter(
    ({ request_id, cost_nano, error_kind }) => error_kind === '' && cost_nano !== known.get(request_id)?.costNano,
  );
  const hurtAt = [...proxyKilledAt, ...proxyResumedAt];
  const unanswered = entries.filter(
    ({ sentAt, completeAt }) => completeAt === null && !hurtAt.some((at) => sentAt <= at + COMMIT_WINDOW_MS),
  );
  const { duplicated, deadLetters, aborted, ledgerNano, warehouseNano } = verdict;
  return [
    ...(duplicated === 0 ? [] : [`${duplicated} rows too many by request id`]),
    ...naming('rows of calls that nobody sent', strangers),
    ...naming(
      'rows with another cost than the ledger',
      wrong.map(({ request_id }) => request_id),
    ),
    ...naming('calls that the app got no answer to, though no proxy was hurt', unanswered.map(nameOf)),
    ...(proxyKilledAt.length > 0 && aborted === 0
      ? ['nothing that was in flight in a killed proxy stands as aborted']
      : []),
    ...(deadLetters === poisoned ? [] : [`${deadLetters} dead letters, ${poisoned} were poisoned`]),
    ...(ledgerNano === warehouseNano ? [] : [`money: ledger ${ledgerNano} n$, warehouse ${warehouseNano} n$`]),
  ];
}

const nameOf = ({ id, failure }: Entry) => (failure === '' ? id : `${id} (${failure})`);

function faultsOfLoss(completeness: Completeness, mayLose: Loss, outside: readonly Entry[]): string[] {
  const { gaps, lostExchanges, outboxes } = completeness;
  const told = mayLose === 'gap' ? gaps : 0;
  const damaged = outboxes.filter((account) => !isWhole(account)).map(({ outboxId }) => outboxId);
  return [
    ...(outside.length === told
      ? []
      : naming(
          `lost, where ${told} are accounted for`,
          outside.map(({ id }) => id),
        )),
    ...(mayLose === 'nothing' && lostExchanges > 0 ? [`${lostExchanges} exchanges were given up by a proxy`] : []),
    ...(mayLose === 'gap' ? [] : naming('outboxes that are not complete', damaged)),
    ...(mayLose !== 'gap' && gaps > 0 ? [`${gaps} sequence numbers were skipped`] : []),
    ...(mayLose !== 'nothing' && told === 0 ? ['nothing was lost: the fault did not strike'] : []),
  ];
}

const count = z.object({ n: z.coerce.number() });

async function faultsOfIdentity({ warehouse }: Installation): Promise<string[]> {
  const [twice] = await warehouse.rows(count, {
    text: `SELECT count() AS n FROM (
        SELECT outbox_id, seq, attempt FROM spendlens.attempts GROUP BY outbox_id, seq, attempt HAVING count() > 1)`,
    params: {},
  });
  const [both] = await warehouse.rows(count, {
    text: `SELECT count() AS n FROM spendlens.dead_letters
      WHERE outbox_id != '' AND (outbox_id, seq) IN (SELECT outbox_id, seq FROM spendlens.attempts)`,
    params: {},
  });
  return [
    ...(twice?.n === 0 ? [] : [`${twice?.n} identities stand more than once`]),
    ...(both?.n === 0 ? [] : [`${both?.n} identities are facts and dead letters`]),
  ];
}

function naming(what: string, ids: readonly string[]): string[] {
  if (ids.length === 0) return [];
  return [`${ids.length} ${what}: ${ids.slice(0, 5).join(', ')}${ids.length > 5 ? ' …' : ''}`];
}
