import type { ErrorKind } from '../exchange.ts';

/** Why a call is not what the app should get, where there is anything else to try. */
export type FailureCause =
  | 'status' // of 400 or above
  | 'context_window' // the prompt is longer than the model takes
  | 'content_policy' // the provider will not answer this
  | 'timeout' // no connection, no first byte, or silence in the middle, for too long
  | 'unreachable' // no connection came to be
  | 'reset' // it broke before the app got a byte
  | 'in_body' // an error in the body of what began as a success
  | 'empty' // a stream that ended before its first content
  | 'malformed' // not what its content type says
  | 'target'; // a caller's own target that may not be called

/** What a call came to that failed before a byte of it reached the app. */
export interface Failure {
  readonly cause: FailureCause;
  /** Null where no status line came. */
  readonly status: number | null;
  /** True where the provider may have worked on the request, which a second call would pay for again. */
  readonly mayHaveRun: boolean;
  /** Milliseconds after which the provider wants to be asked again, null where it does not say. */
  readonly askedMs: number | null;
  /** The provider's own word that another call is of no use. */
  readonly isFinal: boolean;
  /** True where the provider objects to what we added to the request. */
  readonly isOurFault: boolean;
  /** How the attempt stands in the record. */
  readonly errorKind: ErrorKind;
  /** In words, of a failure without an answer of the provider's. */
  readonly message: string;
}
