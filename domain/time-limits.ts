/** How long a provider may let a call wait. */
export interface ProviderTimeouts {
  /** For the connection to stand, TLS included. */
  readonly connectMs: number;
  /** From the last byte of the request to the first of the answer. */
  readonly firstByteMs: number;
  /** Without a byte, once the answer has begun. */
  readonly idleMs: number;
}

/** How long an app may let the proxy wait. */
export interface AppTimeouts {
  /** For the headers of a request. */
  readonly headersMs: number;
  /** Without a byte, in the middle of a request's body. */
  readonly uploadIdleMs: number;
}

const HOUR_MS = 3_600_000;

/** Reasoning models answer after many minutes, without a byte before: only what is surely dead may be cut. */
export const providerTimeouts: ProviderTimeouts = { connectMs: 10_000, firstByteMs: HOUR_MS, idleMs: HOUR_MS };
export const appTimeouts: AppTimeouts = { headersMs: 60_000, uploadIdleMs: 300_000 };
