import type { PassLane } from './pass-lane.ts';
import type { RoutedLane } from './routed/lane.ts';

/** Each request's way: through untouched, unless it or the configuration asks for something that needs its body. */
export function joinLanes(passLane: PassLane, routedLane: RoutedLane): PassLane {
  return {
    pass(req, res, passage, expect) {
      if (passage.plan === null) passLane.pass(req, res, passage, expect);
      else routedLane.route(req, res, passage, passage.plan, expect !== undefined);
    },
    upgrade: passLane.upgrade,
  };
}
