import type { ErrorKind } from '../../domain/exchange.ts';
import type { Exchanged, Tool } from './feature.ts';
import type { Model } from './models.ts';

/** What the provider counts, in buckets that never overlap. */
export interface Tokens {
  readonly input: number;
  readonly cacheRead: number;
  readonly cacheWrite5m: number;
  readonly cacheWrite1h: number;
  readonly output: number;
  readonly reasoning: number;
}

export type Outcome =
  | { readonly kind: 'answered' }
  /** The provider says no. */
  | { readonly kind: 'status'; readonly status: number }
  /** A stream that ends after `share` of its answer. */
  | { readonly kind: 'cut'; readonly errorKind: ErrorKind; readonly share: number }
  /** No response line ever came. */
  | { readonly kind: 'silent'; readonly errorKind: ErrorKind };

export interface Session {
  readonly id: string;
  readonly name: string;
  readonly path: string;
}

/** One call that an app of the demo makes, and what comes of it: everything but the bytes. */
export interface Call {
  readonly requestId: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly model: Model;
  readonly streamed: boolean;
  /** False where the app did not ask for usage in its stream, or the server cannot give it. */
  readonly usageTold: boolean;
  readonly userId: string;
  readonly feature: string;
  readonly promptId: string;
  readonly promptVersion: string;
  readonly session: Session | null;
  /** Without the feature. */
  readonly properties: Readonly<Record<string, string>>;
  readonly keyId: string;
  readonly userAgent: string;
  /** '' where the app takes no part in tracing. */
  readonly traceId: string;
  readonly system: string;
  /** What was said before, oldest first. */
  readonly before: readonly Exchanged[];
  readonly question: string;
  readonly answer: string;
  readonly file: string;
  readonly tool: Tool | null;
  /** The value of the tool's argument where the answer is a call of it, null where it is text. */
  readonly toolArgument: string | null;
  readonly tokens: Tokens;
  readonly asksCache: boolean;
  readonly outcome: Outcome;
  readonly latencyMs: number;
  readonly ttftMs: number;
  readonly overheadMs: number;
}
