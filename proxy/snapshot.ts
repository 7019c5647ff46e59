import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { endpoints } from '../domain/endpoints.ts';
import { emptySnapshot, readSnapshot, type Snapshot } from '../domain/snapshot.ts';
import { replaceFile } from '../process/atomic-file.ts';
import type { Logger } from '../process/log.ts';

export interface SnapshotFollower {
  current(): Snapshot;
  stop(): Promise<void>;
}

/** Where the dashboard is, and the token that opens it. */
export interface DashboardAddress {
  readonly url: string;
  readonly token: string;
}

export interface FollowerOptions {
  /** The last snapshot is kept here, to start from when all else is down. */
  readonly path: string;
  /** Asked before each look, since the dashboard may move; null where nobody knows. */
  readonly address: () => Promise<DashboardAddress | null>;
  readonly log: Logger;
  readonly pollMs?: number;
}

const POLL_MS = 2_000;
const TIMEOUT_MS = 5_000;

/** Polls what the dashboard publishes. Whatever goes wrong, the last snapshot goes on: traffic does not wait for it. */
export async function followSnapshot({
  path,
  address,
  log,
  pollMs = POLL_MS,
}: FollowerOptions): Promise<SnapshotFollower> {
  let text = await readFile(path, 'utf8').catch(() => '');
  let snapshot = readSnapshot(parse(text)) ?? emptySnapshot;
  let failing = false;
  const stopped = new AbortController();

  async function look(): Promise<void> {
    const where = await address();
    if (where === null) return;
    const response = await fetch(new URL('/api/snapshot', where.url), {
      headers: { authorization: `Bearer ${where.token}` },
      signal: AbortSignal.any([stopped.signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    const answer = await response.text();
    if (!response.ok) throw new Error(`the dashboard answered ${response.status}: ${answer.slice(0, 200)}`);
    if (answer === text) return;
    const next = readSnapshot(parse(answer));
    if (next === null) throw new Error('the dashboard answered something else than a snapshot');
    snapshot = next;
    text = answer;
    await replaceFile(path, answer);
  }

  async function tick(): Promise<void> {
    try {
      await look();
      failing = false;
    } catch (error) {
      if (!failing && !stopped.signal.aborted) {
        log.warn({ reason: String(error) }, 'experiments and routes cannot be read; the last ones go on');
      }
      failing = true;
    }
  }

  let looking = tick();
  const timer = setInterval(() => {
    looking = looking.then(tick);
  }, pollMs).unref();
  return {
    current: () => snapshot,
    async stop() {
      clearInterval(timer);
      stopped.abort();
      await looking;
    },
  };
}

/** As the environment says, else as the supervisor of the same data folder wrote it down. */
export function dashboardAddress(data: string, given: DashboardAddress | null) {
  return async function address(): Promise<DashboardAddress | null> {
    if (given !== null) return given;
    const text = await readFile(join(data, 'endpoints.json'), 'utf8').catch(() => '');
    const parsed = endpoints.pick({ dashboard: true, token: true }).safeParse(parse(text));
    return parsed.success ? { url: parsed.data.dashboard, token: parsed.data.token } : null;
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
