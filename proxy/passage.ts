import type { Recording } from './recording.ts';
import type { Destination } from './upstream.ts';

/** A request that may go to its provider. */
export interface Passage {
  readonly requestId: string;
  readonly destination: Destination;
  readonly recording: Recording;
  /** What it asked for and does not get, as `Spendlens-Ignored` names it; '' for nothing. */
  readonly ignored: string;
}

/** Where a request carries its passage. A WeakMap would cost the garbage collector more than all else that we do. */
export const PASSAGE: unique symbol = Symbol('passage');

declare module 'node:http' {
  interface IncomingMessage {
    [PASSAGE]?: Passage;
  }
}
