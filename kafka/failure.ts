import { SpendlensError } from '../domain/error.ts';

/** What the client's error is about, at the bottom of those that it wraps one into another. */
interface Root {
  readonly name: string;
  /** Kafka's own name of the error, '' where the broker said nothing. */
  readonly type: string;
  readonly message: string;
}

const tooLarge = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE']);
const unfit = new Set(['POLICY_VIOLATION', 'INVALID_REPLICATION_FACTOR', 'INVALID_PARTITIONS', 'INVALID_CONFIG']);

/**
 * Any error of the client as one of ours: message_too_large, broker_refused (credentials, rights), topic_unfit, or
 * log_unreachable, which passes by itself.
 */
export function kafkaFailure(error: unknown): SpendlensError {
  if (error instanceof SpendlensError) return error;
  const { name, type, message } = rootOf(error);
  const text = type === '' ? message : `${message} (${type})`;
  if (tooLarge.has(type)) return new SpendlensError('message_too_large', text, { cause: error });
  if (unfit.has(type)) return new SpendlensError('topic_unfit', text, { cause: error });
  if (name === 'KafkaJSSASLAuthenticationError' || type.endsWith('AUTHORIZATION_FAILED')) {
    return new SpendlensError('broker_refused', text, { cause: error });
  }
  return new SpendlensError('log_unreachable', text, { retryable: true, cause: error });
}

function rootOf(error: unknown): Root {
  if (!(error instanceof Error)) return { name: '', type: '', message: String(error) };
  const inner = 'errors' in error && Array.isArray(error.errors) ? error.errors[0] : error.cause;
  if (inner instanceof Error && inner !== error) return rootOf(inner);
  const type = 'type' in error && typeof error.type === 'string' ? error.type : '';
  return { name: error.name, type, message: error.message };
}
