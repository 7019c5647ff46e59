import type { NextFunction, Request, Response } from 'express';
import type { z } from 'zod';
import { type ErrorCode, SpendlensError } from '../../domain/error.ts';
import type { Logger } from '../../process/log.ts';

/** A refusal that says itself how it looks over HTTP. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

const statuses: Partial<Record<ErrorCode, number>> = {
  query_invalid: 400,
  request_invalid: 400,
  unauthorized: 401,
  not_found: 404,
  stale: 409,
  read_only: 409,
  busy: 409,
  warehouse_unreachable: 503,
  warehouse_busy: 503,
};

/** The last handler: every failure becomes JSON in the API's one shape, and only unknown ones are logged. */
export function createErrorHandler(log: Logger) {
  return function answerError(error: unknown, request: Request, response: Response, _next: NextFunction): void {
    if (response.destroyed) return;
    const refusal = refusalOf(error);
    if (refusal.status === 500) log.error({ err: error, path: request.path }, 'request failed');
    if (response.headersSent) return void response.destroy();
    response
      .status(refusal.status)
      .set({ 'Cache-Control': 'no-store', ...refusal.headers })
      .json({ error: { code: refusal.code, message: refusal.message } });
  };
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof SpendlensError) {
    const headers: Record<string, string> = error.retryable ? { 'Retry-After': '1' } : {};
    return new Refusal(statuses[error.code] ?? 500, error.code, error.message, headers);
  }
  const status = statusOf(error);
  if (status === 404) return new Refusal(404, 'not_found', 'there is no such file');
  if (status === 413) return new Refusal(413, 'request_invalid', 'the body is too large');
  if (status === 400) return new Refusal(400, 'request_invalid', 'the body is not valid JSON');
  if (status !== null && status < 500) return new Refusal(status, 'request_invalid', 'the request cannot be read');
  return new Refusal(500, 'internal', 'something went wrong here; the log of the dashboard says what');
}

/** Express and its body parser mark what the client did wrong with a status. */
function statusOf(error: unknown): number | null {
  if (!(error instanceof Error) || !('status' in error)) return null;
  return typeof error.status === 'number' ? error.status : null;
}

/** Parses what a client sent. @throws SpendlensError request_invalid that names the field */
export function parseRequest<Value>(schema: z.ZodType<Value>, value: unknown): Value {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new SpendlensError('request_invalid', firstIssue(parsed.error.issues, []));
}

/** Of the alternatives of a union, the one that came furthest is the one that was meant. */
function firstIssue(issues: readonly z.core.$ZodIssue[], base: readonly PropertyKey[]): string {
  const [issue] = issues;
  if (issue === undefined) return 'invalid';
  const path = [...base, ...issue.path];
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const depth = (branch: readonly z.core.$ZodIssue[]) => Math.min(...branch.map((each) => each.path.length));
    const [deepest] = [...issue.errors].sort((one, two) => depth(two) - depth(one));
    if (deepest !== undefined && depth(deepest) > 0) return firstIssue(deepest, path);
  }
  return `${path.join('.') || 'body'}: ${issue.message}`;
}
