import { z } from 'zod';
import { routeStrategy } from './routing/strategy.ts';

const target = z.object({
  model: z.string(),
  weight: z.number().default(1),
  images: z.boolean().optional(),
  contextWindow: z.number().optional(),
});

/**
 * A route as the browser reads it: its expressions are checked by the server, which has their language. Paths:
 * /api/routes, with the requests and answers of all configuration (money-api.ts); a route's schema is routing/route.ts.
 */
export const routeValue = z.object({
  name: z.string(),
  targets: z.array(target),
  strategy: routeStrategy.default('priority'),
  rules: z
    .array(z.object({ when: z.string(), targets: z.array(target).optional(), strategy: routeStrategy.optional() }))
    .default([]),
});
export type RouteValue = z.infer<typeof routeValue>;

const count = z.number().int().nonnegative();

/** GET /api/routes/traffic?kind=: what virtual models were asked in the last seven days, and who answered. */
export const routeTraffic = z.object({
  routes: z.array(
    z.object({
      /** As apps asked for it. */
      name: z.string(),
      requests: count,
      /** Dollars. */
      spend: z.string(),
      unpriced: count,
      errors: count,
      /** PROVIDER/MODEL, most requests first, at most ten. */
      answeredBy: z.array(z.object({ model: z.string(), requests: count })),
    }),
  ),
});
export type RouteTraffic = z.infer<typeof routeTraffic>;
