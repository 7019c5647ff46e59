/** A failure in ClickHouse's own terms: clients parse code and name out of the text. */
export class ClickHouseException extends Error {
  override readonly name = 'ClickHouseException';
  readonly code: number;

  constructor(code: number, symbol: string, message: string) {
    super(`Code: ${code}. DB::Exception: ${message} (${symbol})`);
    this.code = code;
  }
}

// What connection.ts leaves in place of an earlier statement's parameter.
const UNSET_PARAMETER = /^Code: 457\. DB::Exception: Value \t cannot be parsed as .* for query parameter '(\w+)'/;
const PREFIX = /^Code: (\d+)\./;

/** The engine's message as a server would send it, whatever the engine threw. */
export function asException(error: unknown): { code: number; text: string } {
  const message = error instanceof Error ? error.message : String(error);
  const unset = UNSET_PARAMETER.exec(message)?.[1];
  if (unset !== undefined)
    return {
      code: 456,
      text: `Code: 456. DB::Exception: Substitution \`${unset}\` is not set. (UNKNOWN_QUERY_PARAMETER)`,
    };
  const code = PREFIX.exec(message)?.[1];
  if (code === undefined) return { code: 1002, text: `Code: 1002. DB::Exception: ${message} (UNKNOWN_EXCEPTION)` };
  return { code: Number(code), text: message };
}

const BAD_REQUEST = [
  6, 26, 27, 36, 37, 38, 41, 42, 43, 44, 50, 53, 62, 63, 69, 72, 117, 131, 184, 190, 215, 386, 427, 456, 457, 467, 588,
];
const NOT_FOUND = [16, 46, 47, 60, 73, 81, 115];
const FORBIDDEN = [192, 193, 497, 516];

/** The statuses of ClickHouse's HTTP handler. */
export function httpStatus(code: number): number {
  if (code === 194) return 401;
  if (FORBIDDEN.includes(code)) return 403;
  if (NOT_FOUND.includes(code)) return 404;
  if (BAD_REQUEST.includes(code)) return 400;
  if (code === 48) return 501;
  if (code === 159) return 408;
  if (code === 202) return 503;
  if (code === 299) return 413;
  return 500;
}
