import type { z } from 'zod';
import { apiError } from '../../../domain/api.ts';

/** The server's refusal, or the reason why there was no answer. */
export class ApiFailure extends Error {
  override readonly name = 'ApiFailure';
  readonly code: string;
  /** 0 where no answer came. */
  readonly status: number;

  constructor(code: string, status: number, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
    this.status = status;
  }
}

export function get<T>(path: string, answer: z.ZodType<T>, signal?: AbortSignal): Promise<T> {
  return call(path, { method: 'GET', signal: signal ?? null }, answer);
}

export function post<T>(path: string, body: unknown, answer: z.ZodType<T>, signal?: AbortSignal): Promise<T> {
  const headers = { 'content-type': 'application/json' };
  return call(path, { method: 'POST', headers, body: JSON.stringify(body), signal: signal ?? null }, answer);
}

/** An answer that is saved rather than read. */
export async function postForFile(path: string, body: unknown): Promise<Blob> {
  const headers = { 'content-type': 'application/json' };
  const response = await sent(path, { method: 'POST', headers, body: JSON.stringify(body) });
  if (response.ok) return response.blob();
  throw refusal(response.status, await bodyOf(response));
}

async function call<T>(path: string, init: RequestInit, answer: z.ZodType<T>): Promise<T> {
  const response = await sent(path, init);
  const body = await bodyOf(response);
  if (!response.ok) throw refusal(response.status, body);
  const parsed = answer.safeParse(body);
  if (parsed.success) return parsed.data;
  const message = 'The server answered in a form that this page does not know. Reload to get the page that fits it.';
  throw new ApiFailure('answer_unknown', response.status, message, parsed.error);
}

async function sent(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, { ...init, credentials: 'same-origin' });
  } catch (cause) {
    if (init.signal?.aborted) throw cause;
    throw new ApiFailure('unreachable', 0, 'The dashboard server does not answer. Is Spendlens running?', cause);
  }
}

async function bodyOf(response: Response): Promise<unknown> {
  const text = await response.text();
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ApiFailure(
      'answer_unknown',
      response.status,
      `The server answered ${response.status} without JSON.`,
      cause,
    );
  }
}

function refusal(status: number, body: unknown): ApiFailure {
  const parsed = apiError.safeParse(body);
  if (!parsed.success) return new ApiFailure('refused', status, `The server answered ${status}.`);
  return new ApiFailure(parsed.data.error.code, status, parsed.data.error.message);
}
