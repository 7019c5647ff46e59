import { z } from 'zod';

const strategies = ['weighted', 'priority', 'price', 'latency', 'least-busy'] as const;
/** How one of a route's targets is chosen. */
export const routeStrategy = z.enum(strategies, { error: `one of ${strategies.join(', ')}` });
export type RouteStrategy = z.infer<typeof routeStrategy>;
