import { ClickHouseError } from '@clickhouse/client';
import { SpendlensError } from '../domain/error.ts';

/** ClickHouse's numbers for "not now": the same statement may pass later without anybody changing it. */
const busy = new Set([
  '159', // TIMEOUT_EXCEEDED
  '160', // TOO_SLOW
  '173', // CANNOT_ALLOCATE_MEMORY
  '202', // TOO_MANY_SIMULTANEOUS_QUERIES
  '203', // NO_FREE_CONNECTION
  '209', // SOCKET_TIMEOUT
  '210', // NETWORK_ERROR
  '225', // NO_ZOOKEEPER
  '236', // ABORTED: the server is shutting down
  '241', // MEMORY_LIMIT_EXCEEDED
  '242', // TABLE_IS_READ_ONLY
  '243', // NOT_ENOUGH_SPACE
  '252', // TOO_MANY_PARTS
  '285', // TOO_FEW_LIVE_REPLICAS
  '286', // UNSATISFIED_QUORUM_FOR_PREVIOUS_WRITE
  '319', // UNKNOWN_STATUS_OF_INSERT
  '394', // QUERY_WAS_CANCELLED
  '425', // SYSTEM_ERROR
  '439', // CANNOT_SCHEDULE_TASK
  '499', // S3_ERROR
  '745', // SERVER_OVERLOADED
  '999', // KEEPER_EXCEPTION
]);

/**
 * Numbers for "not you" and "not here". They are about the installation and never about a row, so a writer must
 * wait for somebody to mend it; taken for a refusal they would send every good row to the dead letters.
 */
const closed = new Set([
  '16', // NO_SUCH_COLUMN_IN_TABLE: migrated by an older or newer program
  '47', // UNKNOWN_IDENTIFIER: the same
  '60', // UNKNOWN_TABLE: not migrated yet
  '81', // UNKNOWN_DATABASE
  '115', // UNKNOWN_SETTING: a server that is too old
  '164', // READONLY
  '192', // UNKNOWN_USER
  '193', // WRONG_PASSWORD
  '194', // REQUIRED_PASSWORD
  '497', // ACCESS_DENIED
  '516', // AUTHENTICATION_FAILED
]);

/** Reads whatever the client threw into one of three codes; the first two are retryable. */
export function warehouseError(error: unknown): SpendlensError {
  if (error instanceof SpendlensError) return error;
  const message = error instanceof Error ? error.message.trim() : String(error);
  if (error instanceof ClickHouseError) return refusal(error.code, message, error);
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
  return new SpendlensError('warehouse_refused', `the warehouse refused: ${message} (code ${code})`, { cause });
}

const busyError = (message: string, cause: unknown) =>
  new SpendlensError('warehouse_busy', message, { retryable: true, cause });

/** An AggregateError of Node's (IPv4 and IPv6 both refused) carries its words in `code` alone. */
function reason(error: unknown, message: string): string {
  if (message !== '') return message;
  return error instanceof Error && 'code' in error ? String(error.code) : 'connection failed';
}
