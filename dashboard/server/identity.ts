import { z } from 'zod';
import type { Identity } from '../../clickhouse/scores.ts';
import { parseRequest } from './refusal.ts';

const identityQuery = z
  .object({ outbox: z.string().min(1).max(128).optional(), seq: z.coerce.number().int().positive().optional() })
  .refine(({ outbox, seq }) => (outbox === undefined) === (seq === undefined), 'outbox and seq go together');

/** `?outbox=&seq=` of a request whose id was used more than once; null where it names none. */
export function readIdentity(query: unknown): Identity | null {
  const { outbox, seq } = parseRequest(identityQuery, query);
  return outbox === undefined || seq === undefined ? null : { outbox, seq };
}
