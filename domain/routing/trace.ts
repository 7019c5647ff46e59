import { z } from 'zod';
import { routeStrategy } from './strategy.ts';

export const breakerState = z.enum([
  'closed',
  'open', // it failed again and again, and rests
  'half-open', // it has rested: the next call decides
]);
export type BreakerState = z.infer<typeof breakerState>;

const candidate = z.object({
  /** PROVIDER/MODEL */
  model: z.string(),
  /** 1 = asked first; null = not asked at all, for the reason in `excluded`. */
  place: z.number().int().nullable(),
  excluded: z.string(),
  weight: z.number(),
  /** Nano-dollars of this request by the price lists, in digits; null where no price is known. */
  costNano: z.string().nullable(),
  /** Mean of what was measured lately; null where nothing was. */
  ttftMs: z.number().nullable(),
  inFlight: z.number().int(),
  breaker: breakerState,
  /** Tokens; null = unknown, which excludes nothing. */
  contextWindow: z.number().nullable(),
});
export type TracedCandidate = z.infer<typeof candidate>;

/** How the targets of a request were chosen: column `routing`, as JSON. */
export const routingTrace = z.object({
  /** Id of the route; '' for a suffix. */
  route: z.string(),
  asked: z.string(),
  strategy: routeStrategy,
  /** The expression that held; '' where none did. */
  rule: z.string(),
  /** Estimate of what was sent, by bytes. */
  tokens: z.number().int(),
  candidates: z.array(candidate),
  /** What else was found: rules that could not be told, limits that were passed over. */
  notes: z.array(z.string()),
  /** In a sentence. */
  reason: z.string(),
});
export type RoutingTrace = z.infer<typeof routingTrace>;

/** Null where there was no decision. */
export function readRoutingTrace(text: string): RoutingTrace | null {
  if (text === '') return null;
  try {
    const parsed = routingTrace.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
