/** Every failure that we can name. Whoever catches one decides by `code` and `retryable`, never by the text. */
export type ErrorCode =
  | 'config_invalid'
  | 'data_folder_unusable'
  | 'data_folder_in_use'
  | 'not_running'
  | 'port_in_use'
  | 'platform_unsupported'
  | 'provider_unknown'
  | 'request_invalid'
  | 'target_refused'
  | 'rate_limited'
  | 'upstream_unreachable'
  | 'upstream_timeout'
  | 'request_timeout'
  | 'outbox_full'
  | 'outbox_lost'
  | 'event_undecodable'
  | 'event_version_unknown'
  | 'warehouse_unreachable'
  | 'warehouse_refused'
  | 'warehouse_busy'
  | 'broker_refused'
  | 'topic_unfit'
  | 'message_too_large'
  | 'slice_too_old'
  /** Another ingester has this partition of the log now. */
  | 'partition_lost'
  | 'log_unreachable'
  | 'log_stuck'
  | 'sql_refused'
  | 'query_invalid'
  | 'not_found'
  /** Somebody else changed it in between. */
  | 'stale'
  /** Declared in spendlens.yaml, which wins over the dashboard. */
  | 'read_only'
  /** Something of the kind is under way. */
  | 'busy'
  | 'unauthorized';

export class SpendlensError extends Error {
  override readonly name = 'SpendlensError';
  readonly code: ErrorCode;
  /** True where the same call may succeed later without anybody changing anything. */
  readonly retryable: boolean;

  constructor(code: ErrorCode, message: string, options: { retryable?: boolean; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable ?? false;
  }
}
