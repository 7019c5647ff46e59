import { type HeaderList, headerOf } from '../usage/reader.ts';
import { matchesGlob } from './glob.ts';
import { type Rate, rates } from './table/rates.ts';

/** How a tier of service and a region change the prices of tokens, which are those of standard service. */
export interface TotalRate {
  readonly numerator: bigint;
  readonly denominator: bigint;
  readonly note: string;
  /** In words: what applied and has no known price. */
  readonly doubts: readonly string[];
}

const standardNames = new Set(['', 'default', 'standard', 'auto', 'on_demand']);

/**
 * `tier` as in ResponseFacts, which is the one that was served: names joined by `+` where several apply. `long`: the
 * prompt pays the price of long ones.
 */
export function rateOf(provider: string, model: string, tier: string, region: string, long: boolean): TotalRate {
  const names = tier
    .toLowerCase()
    .split('+')
    .filter((name) => !standardNames.has(name));
  let total: TotalRate = { numerator: 1n, denominator: 1n, note: '', doubts: [] };
  for (const name of names) {
    const found = findRate(provider, model, name);
    total =
      found?.times == null || (found.shortOnly && long)
        ? withDoubt(total, `served on the tier "${name}", whose price is not known; shown at the standard price`)
        : times(total, found, found.times);
  }
  if (region === '') return total;
  const found = findRate(provider, model, `region:${region}`);
  if (found === null) return total;
  return found.times === null
    ? withDoubt(total, `served in the region "${region}", which may cost more than the price shown`)
    : times(total, found, found.times);
}

function findRate(provider: string, model: string, tier: string): Rate | null {
  const found = rates.find(
    (rate) =>
      rate.provider === provider &&
      matchesGlob(rate.tier, tier) &&
      rate.models.some((pattern) => matchesGlob(pattern, model)),
  );
  return found ?? null;
}

function times(total: TotalRate, { note }: Rate, [numerator, denominator]: readonly [bigint, bigint]): TotalRate {
  return {
    ...total,
    numerator: total.numerator * numerator,
    denominator: total.denominator * denominator,
    note: [total.note, note].filter((text) => text !== '').join('; '),
  };
}

function withDoubt(total: TotalRate, doubt: string): TotalRate {
  return { ...total, doubts: [...total.doubts, doubt] };
}

/** '' or the region that a call was bound to, by the address that was called and, at Vertex, the path. */
export function regionOf(upstream: string, path: string): string {
  const host = URL.parse(upstream)?.hostname ?? '';
  if (/aiplatform\..*googleapis\.com$/.test(host)) {
    const place = /\/locations\/([a-z0-9-]+)/.exec(path)?.[1] ?? /^([a-z0-9-]+)-aiplatform\./.exec(host)?.[1] ?? '';
    return place === 'global' ? '' : place;
  }
  return /^([a-z]{2})\.api\.(?:openai\.com|x\.ai)$/.exec(host)?.[1] ?? '';
}

/** Gemini names the tier that it served in a header: https://ai.google.dev/gemini-api/docs/priority-inference */
export function servedTier(headers: HeaderList): string {
  return headerOf(headers, 'x-gemini-service-tier');
}
