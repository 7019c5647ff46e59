import type { RouteStrategy } from '../../../domain/routing/strategy.ts';
import type { BreakerState } from '../../../domain/routing/trace.ts';

export const strategyTitles: Readonly<Record<RouteStrategy, string>> = {
  weighted: 'By weight',
  priority: 'First in the list',
  price: 'Lowest price',
  latency: 'Fastest',
  'least-busy': 'Least busy',
};

export const restWords: Readonly<Record<BreakerState, string>> = {
  closed: '',
  open: 'rests after failures',
  'half-open': 'has rested after failures: this call tries it',
};
