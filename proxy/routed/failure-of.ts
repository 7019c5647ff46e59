import type { ErrorKind } from '../../domain/exchange.ts';
import type { Failure, FailureCause } from '../../domain/routing/failure.ts';
import type { HeaderList } from '../../domain/usage/reader.ts';
import { headerOf } from '../../domain/usage/reader.ts';
import type { Destination } from '../upstream.ts';
import { failureOf } from '../upstream-failure.ts';
import type { Answer } from './answer.ts';
import { TargetRefused } from './guarded-connect.ts';
import { askedDelay } from './retry.ts';
import { CallTimeout } from './upstream-call.ts';

/** Of an answer that came, by what the gate made of it. `askedUsage`: we had added that to its request. */
export function failureOfAnswer(cause: FailureCause, { head }: Answer, body: string, askedUsage: boolean): Failure {
  const headers = pairs(head.rawHeaders);
  const { status } = head;
  return {
    cause,
    status,
    mayHaveRun: status < 400,
    askedMs: askedDelay(headers, body, Date.now()),
    // https://github.com/openai/openai-node: the provider's own word for its clients
    isFinal: headerOf(headers, 'x-should-retry') === 'false',
    isOurFault: askedUsage && (status === 400 || status === 422) && body.includes('stream_options'),
    errorKind: status >= 400 ? 'status' : 'rejected',
    message: '',
  };
}

/** Of a call that no answer came from, or only its beginning. */
export function failureOfError(
  error: Error,
  wasSent: boolean,
  status: number | null,
  destination: Destination,
): Failure {
  const [cause, errorKind, message] = describe(error, wasSent, destination);
  return { cause, status, mayHaveRun: wasSent, askedMs: null, isFinal: false, isOurFault: false, errorKind, message };
}

function describe(error: Error, wasSent: boolean, destination: Destination): [FailureCause, ErrorKind, string] {
  const cause = error.cause instanceof Error ? error.cause : error;
  if (cause instanceof TargetRefused) return ['target', 'refused', cause.message];
  const title = `${destination.provider.title} at ${destination.upstream}`;
  if (error instanceof CallTimeout) return ['timeout', 'upstream_timeout', `${title} ${error.message}`];
  const code = 'code' in error ? error.code : '';
  if (code === 'UND_ERR_CONNECT_TIMEOUT') {
    return ['timeout', 'upstream_timeout', `${title} did not accept a connection in time`];
  }
  if (wasSent) return ['reset', 'upstream_reset', `${title} broke the connection (${String(code) || error.message})`];
  const { kind, refusal } = failureOf(error, destination);
  return ['unreachable', kind, refusal.message];
}

function pairs(raw: readonly string[]): HeaderList {
  return raw.flatMap((name, index) => (index % 2 === 0 ? [[name, raw[index + 1] ?? ''] as const] : []));
}
