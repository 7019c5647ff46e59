/** How a tier changes the catalogue's prices, which are those of standard service. */
export type TierRate =
  | { readonly kind: 'rate'; readonly numerator: bigint; readonly denominator: bigint; readonly note: string }
  /** The tier is billed otherwise, and nobody here knows how. */
  | { readonly kind: 'unknown'; readonly reason: string };

const standard: TierRate = { kind: 'rate', numerator: 1n, denominator: 1n, note: '' };
const rate = (numerator: bigint, denominator: bigint, note: string): TierRate => ({
  kind: 'rate',
  numerator,
  denominator,
  note,
});

const standardNames = new Set(['', 'default', 'standard', 'auto', 'on_demand']);

/**
 * Half price for flex and batch: https://openai.com/api/pricing, https://ai.google.dev/gemini-api/docs/pricing,
 * https://docs.anthropic.com/en/docs/about-claude/pricing (batch; `inference_geo: us` costs a tenth more there).
 * Groq's flex costs what its standard service does: https://console.groq.com/docs/flex-processing
 */
const rates: ReadonlyMap<string, TierRate> = new Map([
  ['openai/flex', rate(1n, 2n, 'flex tier, half price')],
  ['openai/batch', rate(1n, 2n, 'batch, half price')],
  ['azure/batch', rate(1n, 2n, 'batch, half price')],
  ['anthropic/batch', rate(1n, 2n, 'batch, half price')],
  ['anthropic/us', rate(11n, 10n, 'US-only inference, 1.1 times the price')],
  ['google/flex', rate(1n, 2n, 'flex tier, half price')],
  ['google/batch', rate(1n, 2n, 'batch, half price')],
  ['vertex/flex', rate(1n, 2n, 'flex tier, half price')],
  ['groq/flex', standard],
]);

/** `tier` as in ResponseFacts: names joined by `+` where several apply. */
export function rateOf(provider: string, tier: string): TierRate {
  let result = standard;
  for (const name of tier.toLowerCase().split('+')) {
    if (standardNames.has(name)) continue;
    const next = rates.get(`${provider}/${name}`);
    if (next?.kind !== 'rate' || result.kind !== 'rate') {
      return {
        kind: 'unknown',
        reason: `served on the tier "${name}", whose price is not known; shown at the standard price`,
      };
    }
    const note = [result.note, next.note].filter((text) => text !== '').join('; ');
    result = rate(result.numerator * next.numerator, result.denominator * next.denominator, note);
  }
  return result;
}
