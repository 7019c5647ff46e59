import { type NextFunction, type Request, type Response, Router } from 'express';
import { signInRequest } from '../../domain/api.ts';
import { createLimiter, type Limiter } from './limiter.ts';
import { parseRequest, Refusal } from './refusal.ts';
import type { Sessions } from './session.ts';

/** Turns the link that start prints into a cookie, so that the token leaves the address bar and the history. */
export function createSignInLink(sessions: Sessions, limiter: Limiter) {
  return function signInByLink(request: Request, response: Response, next: NextFunction) {
    const { token } = request.query;
    if (typeof token !== 'string') return next();
    response.set('Cache-Control', 'no-store');
    const right = isRight(sessions, limiter, request, token);
    if (right) sessions.open(response);
    response.redirect(303, right ? `/${queryWithoutToken(request)}` : '/?signIn=failed');
  };
}

/** What else the link asks for, such as which rows to show. */
function queryWithoutToken({ originalUrl }: Request): string {
  const { searchParams } = new URL(originalUrl, 'http://localhost');
  searchParams.delete('token');
  return searchParams.size === 0 ? '' : `?${searchParams}`;
}

/** POST /api/sign-in and /api/sign-out, GET /api/me. */
export function createSignIn(sessions: Sessions, limiter: Limiter): Router {
  const router = Router();
  router.post('/sign-in', (request, response) => {
    const { token } = parseRequest(signInRequest, request.body);
    if (!isRight(sessions, limiter, request, token)) throw new Refusal(401, 'unauthorized', 'this is not the token');
    sessions.open(response);
    response.json({});
  });
  router.post('/sign-out', (_request, response) => {
    sessions.close(response);
    response.json({});
  });
  return router;
}

/** Scripts come with `Authorization: Bearer`, browsers with their cookie. */
export function createGate(sessions: Sessions) {
  // Apart from that of people, so that a script with an old token locks nobody out.
  const limiter = createLimiter();
  return function gate(request: Request, _response: Response, next: NextFunction) {
    const bearer = /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    const right = bearer === undefined ? sessions.isOpen(request) : isRight(sessions, limiter, request, bearer);
    if (right) return next();
    throw new Refusal(401, 'unauthorized', 'sign in with the token that start printed, or send it as a Bearer token');
  };
}

function isRight(sessions: Sessions, limiter: Limiter, request: Request, token: string): boolean {
  const address = request.socket.remoteAddress ?? '';
  const seconds = limiter.wait(address);
  if (seconds > 0) {
    throw new Refusal(429, 'rate_limited', `too many wrong tokens: try again in ${seconds} s`, {
      'Retry-After': String(seconds),
    });
  }
  if (sessions.tokenMatches(token)) return true;
  limiter.countFailure(address, token);
  return false;
}
