import { ClickHouseException } from '../exception.ts';

/** Says what was refused and what would pass. */
export function refused(what: string, allowed: string): ClickHouseException {
  return new ClickHouseException(497, 'ACCESS_DENIED', `${what} is not allowed with this credential. ${allowed}`);
}
