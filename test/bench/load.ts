import { Pool } from 'undici';

const request = {
  path: '/openai/v1/chat/completions',
  method: 'POST',
  headers: {
    'content-type': 'application/json',
    authorization: 'Bearer sk-bench',
    'helicone-user-id': 'bench-user',
    'helicone-property-feature': 'bench',
  },
  body: JSON.stringify({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'dolor sit amet '.repeat(60) }] }),
} as const;

export interface LoadResult {
  /** Milliseconds from the scheduled time to the last byte, one per request. */
  latencies: number[];
  sent: number;
  failed: number;
}

/**
 * Open loop: a request starts when its time has come, whether or not the ones before it were answered, and its
 * latency counts from that time. `asks` are headers beside those that every request has. A closed loop would hide every stall behind the requests that it never sent.
 */
export async function openLoop(
  origin: string,
  perSecond: number,
  seconds: number,
  warmupSeconds: number,
  asks: Readonly<Record<string, string>> = {},
): Promise<LoadResult> {
  const pool = new Pool(origin, { connections: 128, pipelining: 1 });
  const total = perSecond * (seconds + warmupSeconds);
  const result: LoadResult = { latencies: [], sent: 0, failed: 0 };
  const startedAt = performance.now() + 20;
  const flying: Promise<void>[] = [];
  await new Promise<void>((resolve) => {
    const tick = () => {
      const now = performance.now();
      while (result.sent < total && startedAt + (result.sent * 1000) / perSecond <= now) {
        const due = startedAt + (result.sent * 1000) / perSecond;
        const counted = result.sent >= perSecond * warmupSeconds;
        result.sent++;
        flying.push(call(pool, result, counted ? due : null, asks));
      }
      if (result.sent >= total) return resolve();
      setTimeout(tick, 1);
    };
    tick();
  });
  await Promise.all(flying);
  await pool.close();
  return result;
}

/** Closed loop: `connections` callers, each sending its next request when it has the answer. */
export async function closedLoop(origin: string, connections: number, seconds: number): Promise<LoadResult> {
  const pool = new Pool(origin, { connections, pipelining: 1 });
  const result: LoadResult = { latencies: [], sent: 0, failed: 0 };
  const until = performance.now() + seconds * 1000;
  const caller = async () => {
    while (performance.now() < until) {
      result.sent++;
      await call(pool, result, performance.now(), {});
    }
  };
  await Promise.all(Array.from({ length: connections }, caller));
  await pool.close();
  return result;
}

async function call(
  pool: Pool,
  result: LoadResult,
  due: number | null,
  asks: Readonly<Record<string, string>>,
): Promise<void> {
  try {
    const { statusCode, body } = await pool.request({ ...request, headers: { ...request.headers, ...asks } });
    await body.dump();
    if (statusCode !== 200) result.failed++;
    if (due !== null) result.latencies.push(performance.now() - due);
  } catch {
    result.failed++;
  }
}
