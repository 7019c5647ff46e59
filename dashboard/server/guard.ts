import type { NextFunction, Request, Response } from 'express';
import { Refusal } from './refusal.ts';

/**
 * On loopback only names of this machine are answered: a page in the user's browser whose own name was made to point
 * here (DNS rebinding) speaks under that name.
 */
export function createHostGuard(host: string, publicHosts: readonly string[]) {
  const loopback = isLoopback(host);
  return function guardHost(request: Request, _response: Response, next: NextFunction) {
    const name = hostName(request.headers.host ?? '');
    if (!loopback || isLoopback(name) || publicHosts.includes(name)) return next();
    const hint = 'add the name to SPENDLENS_DASHBOARD_HOSTS if a reverse proxy of yours uses it';
    throw new Refusal(421, 'host_unknown', `this dashboard is not called ${JSON.stringify(name)}: ${hint}`);
  };
}

/**
 * State is changed by POST alone, and a POST must be what a foreign page cannot send without being asked about:
 * JSON, from our own origin. SameSite=Strict is the first lock, this is the second.
 */
export function guardOrigin(request: Request, _response: Response, next: NextFunction) {
  if (request.method === 'GET' || request.method === 'HEAD') return next();
  const { origin } = request.headers;
  const site = request.headers['sec-fetch-site'];
  const foreign = site !== undefined && site !== 'same-origin' && site !== 'none';
  if (foreign || (origin !== undefined && originHost(origin) !== request.headers.host)) {
    throw new Refusal(403, 'origin_foreign', 'requests from pages of other sites are refused');
  }
  if (request.is('application/json') === false) {
    throw new Refusal(415, 'request_invalid', 'Content-Type must be application/json');
  }
  next();
}

export function isLoopback(host: string): boolean {
  return /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/i.test(host);
}

function hostName(header: string): string {
  return header.replace(/:\d+$/, '').toLowerCase();
}

function originHost(origin: string): string {
  return URL.canParse(origin) ? new URL(origin).host : '';
}
