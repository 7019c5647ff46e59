import type { Recording } from './recording.ts';
import type { RoutePlan } from './routed/plan.ts';
import type { Destination } from './upstream.ts';

/** A request that may go to its provider. */
export interface Passage {
  readonly requestId: string;
  readonly destination: Destination;
  readonly recording: Recording;
  /** What it asked for and does not get, as `Spendlens-Ignored` names it; '' for nothing. */
  readonly ignored: string;
  /** What the routed lane does with it; null in the pass-through lane. */
  readonly plan: RoutePlan | null;
}

/** Where a request carries its passage. A WeakMap would cost the garbage collector more than all else that we do. */
export const PASSAGE: unique symbol = Symbol('passage');

declare module 'node:http' {
  interface IncomingMessage {
    [PASSAGE]?: Passage;
  }
}
