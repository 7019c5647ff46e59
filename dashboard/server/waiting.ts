const PATIENCE_MS = 1_000;
const DEPTH = /^spendlens_outbox_depth(?:\{[^}]*\})?\s+(\S+)/gm;

/** Exchanges that the proxies accepted and the warehouse has not got yet; null where no proxy answers. */
export async function readWaiting(proxyUrl: string, proxyKey: string | null): Promise<number | null> {
  try {
    const headers: Record<string, string> = proxyKey === null ? {} : { authorization: `Bearer ${proxyKey}` };
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const response = await fetch(new URL('/metrics', proxyUrl), { headers, signal });
    if (!response.ok) return null;
    const depths = [...(await response.text()).matchAll(DEPTH)].map(([, value]) => Number(value));
    return depths.length === 0 ? null : Math.round(depths.reduce((sum, depth) => sum + depth, 0));
  } catch {
    return null;
  }
}
