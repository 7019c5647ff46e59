import { ClickHouseError } from '@clickhouse/client';
import { SpendlensError } from '../domain/error.ts';

/**
 * ClickHouse's numbers for "not now": the same statement may pass later without anybody changing it. What stands in
 * neither list is taken for a refusal of these rows, and cut in halves until the row is found. So whatever is about the
 * server must stand here: else one full disk would send every good row to the dead letters.
 */
const busy = new Set([
  '24', // CANNOT_WRITE_TO_OSTREAM
  '74', // CANNOT_READ_FROM_FILE_DESCRIPTOR
  '75', // CANNOT_WRITE_TO_FILE_DESCRIPTOR
  '76', // CANNOT_OPEN_FILE
  '95', // CANNOT_READ_FROM_SOCKET
  '96', // CANNOT_WRITE_TO_SOCKET
  '159', // TIMEOUT_EXCEEDED
  '160', // TOO_SLOW
  '173', // CANNOT_ALLOCATE_MEMORY
  '198', // DNS_ERROR
  '201', // QUOTA_EXCEEDED
  '202', // TOO_MANY_SIMULTANEOUS_QUERIES
  '203', // NO_FREE_CONNECTION
  '204', // CANNOT_FSYNC
  '209', // SOCKET_TIMEOUT
  '210', // NETWORK_ERROR
  '218', // TABLE_IS_DROPPED
  '225', // NO_ZOOKEEPER
  '236', // ABORTED: the server is shutting down
  '241', // MEMORY_LIMIT_EXCEEDED
  '242', // TABLE_IS_READ_ONLY
  '243', // NOT_ENOUGH_SPACE
  '244', // UNEXPECTED_ZOOKEEPER_ERROR
  '252', // TOO_MANY_PARTS
  '254', // NO_ACTIVE_REPLICAS
  '265', // NO_AVAILABLE_REPLICA
  '279', // ALL_CONNECTION_TRIES_FAILED
  '285', // TOO_FEW_LIVE_REPLICAS
  '286', // UNSATISFIED_QUORUM_FOR_PREVIOUS_WRITE
  '289', // REPLICA_IS_NOT_IN_QUORUM
  '290', // LIMIT_EXCEEDED
  '294', // CANNOT_WRITE_TO_FILE
  '319', // UNKNOWN_STATUS_OF_INSERT
  '364', // RECEIVED_ERROR_TOO_MANY_REQUESTS
  '369', // ALL_REPLICAS_ARE_STALE
  '384', // PART_IS_TEMPORARILY_LOCKED
  '394', // QUERY_WAS_CANCELLED
  '416', // REPLICA_STATUS_CHANGED
  '425', // SYSTEM_ERROR
  '439', // CANNOT_SCHEDULE_TASK
  '473', // DEADLOCK_AVOIDED
  '499', // S3_ERROR
  '500', // AZURE_BLOB_STORAGE_ERROR
  '529', // NOT_A_LEADER
  '568', // RAFT_ERROR
  '586', // CANNOT_CREATE_FILE
  '659', // UNKNOWN_STATUS_OF_TRANSACTION
  '677', // THREAD_WAS_CANCELED
  '692', // TOO_MANY_MUTATIONS
  '695', // ASYNC_LOAD_FAILED
  '696', // ASYNC_LOAD_CANCELED
  '700', // USER_SESSION_LIMIT_EXCEEDED
  '722', // ASYNC_LOAD_WAIT_FAILED
  '733', // TABLE_IS_BEING_RESTARTED
  '745', // SERVER_OVERLOADED
  '749', // TCP_CONNECTION_LIMIT_REACHED
  '762', // HTTP_CONNECTION_LIMIT_REACHED
  '776', // RESOURCE_LIMIT_EXCEEDED
  '777', // MEMORY_RESERVATION_KILLED
  '778', // MEMORY_RESERVATION_FAILED
  '999', // KEEPER_EXCEPTION
]);

/** Numbers for "not you" and "not here": somebody must mend the installation, and a writer waits until it is mended. */
const closed = new Set([
  '16', // NO_SUCH_COLUMN_IN_TABLE: migrated by an older or newer program
  '47', // UNKNOWN_IDENTIFIER: the same
  '60', // UNKNOWN_TABLE: not migrated yet
  '81', // UNKNOWN_DATABASE
  '115', // UNKNOWN_SETTING: a server that is too old
  '164', // READONLY
  '180', // THERE_IS_NO_PROFILE
  '192', // UNKNOWN_USER
  '193', // WRONG_PASSWORD
  '194', // REQUIRED_PASSWORD
  '195', // IP_ADDRESS_NOT_ALLOWED
  '291', // DATABASE_ACCESS_DENIED
  '452', // SETTING_CONSTRAINT_VIOLATION
  '472', // READONLY_SETTING
  '497', // ACCESS_DENIED
  '516', // AUTHENTICATION_FAILED
  '720', // USER_EXPIRED
  '764', // DEDUPLICATION_IS_NOT_POSSIBLE: a table without its window
  '774', // TABLE_IS_PERMANENTLY_READ_ONLY
]);

/** A proxy before the server that takes no request of this size: fewer rows may pass. */
const tooLarge = /\b413\b.{0,40}too large/is;

/** Reads whatever the client threw into one of three codes; the first two are retryable. */
export function warehouseError(error: unknown): SpendlensError {
  if (error instanceof SpendlensError) return error;
  const message = error instanceof Error ? error.message.trim() : String(error);
  if (error instanceof ClickHouseError) return refusal(error.code, message, error);
  if (tooLarge.test(message))
    return new SpendlensError('warehouse_refused', `refused on the way: ${message}`, { cause: error });
  if (/timeout|aborted/i.test(message)) return busyError(`the warehouse did not answer in time: ${message}`, error);
  return new SpendlensError('warehouse_unreachable', `the warehouse cannot be reached: ${reason(error, message)}`, {
    retryable: true,
    cause: error,
  });
}

function refusal(code: string, message: string, cause: unknown): SpendlensError {
  if (busy.has(code)) return busyError(`the warehouse is busy: ${message}`, cause);
  if (closed.has(code)) {
    return new SpendlensError('warehouse_unreachable', `the warehouse does not let us in: ${message}`, {
      retryable: true,
      cause,
    });
  }
  const text = `the warehouse refused: ${withoutData(message)} (code ${code})`;
  return new SpendlensError('warehouse_refused', text, { cause: new Error(withoutData(String(cause))) });
}

/** The server quotes the rows that it could not read, and what people asked their models belongs in no log. */
function withoutData(message: string): string {
  return message
    .replace(/\bbefore: '[\s\S]*?'(?=: \(|$)/, 'before: …')
    .replaceAll(/\bparsed text: "[^"]*"/g, 'parsed text: …');
}

const busyError = (message: string, cause: unknown) =>
  new SpendlensError('warehouse_busy', message, { retryable: true, cause });

/** An AggregateError of Node's (IPv4 and IPv6 both refused) carries its words in `code` alone. */
function reason(error: unknown, message: string): string {
  if (message !== '') return message;
  return error instanceof Error && 'code' in error ? String(error.code) : 'connection failed';
}
