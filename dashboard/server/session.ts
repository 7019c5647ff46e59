import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Request, Response } from 'express';

const LIFETIME_SECONDS = 30 * 86_400;

/** Who may ask: whoever holds the token, or a cookie that this server, or an earlier one with the same token, gave. */
export interface Sessions {
  tokenMatches(token: string): boolean;
  /** Begins a session in the browser that asked. */
  open(response: Response): void;
  close(response: Response): void;
  isOpen(request: Request): boolean;
}

/** Sessions are signed with a key made of the token: they outlive a restart and end when the token is changed. */
export function createSessions(token: string, now: () => number = Date.now): Sessions {
  const key = createHmac('sha256', token).update('spendlens dashboard session').digest();
  // Browsers keep one jar per host, whatever the port: two installations must not take each other's cookie.
  const name = `spendlens_${createHmac('sha256', key).update('name').digest('hex').slice(0, 8)}`;
  const sign = (claim: string) => createHmac('sha256', key).update(claim).digest('base64url');
  const attributes = { httpOnly: true, sameSite: 'strict', path: '/' } as const;

  const isValid = (value: string): boolean => {
    const [expires = '', nonce = '', signature = ''] = value.split('.');
    return equal(signature, sign(`${expires}.${nonce}`)) && Number(expires) > now() / 1000;
  };

  return {
    tokenMatches: (candidate) => equal(candidate, token),
    open(response) {
      const claim = `${Math.floor(now() / 1000) + LIFETIME_SECONDS}.${randomBytes(12).toString('base64url')}`;
      response.cookie(name, `${claim}.${sign(claim)}`, { ...attributes, maxAge: LIFETIME_SECONDS * 1000 });
    },
    close: (response) => void response.clearCookie(name, attributes),
    isOpen: (request) => cookies(request, name).some(isValid),
  };
}

/** Takes the same time wherever two texts begin to differ, and whatever their lengths. */
function equal(one: string, two: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(two));
}

function cookies(request: Request, name: string): string[] {
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim());
  return pairs.filter((pair) => pair.startsWith(`${name}=`)).map((pair) => pair.slice(name.length + 1));
}
