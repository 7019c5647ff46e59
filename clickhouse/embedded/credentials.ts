import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { ClickHouseException } from './exception.ts';

export type Role = 'ingest' | 'dashboard' | 'reader';

const USERS: Readonly<Record<string, Role>> = {
  spendlens_ingest: 'ingest',
  spendlens_dashboard: 'dashboard',
  spendlens_read: 'reader',
};

interface Credential {
  readonly user: string;
  readonly password: string;
}

/**
 * Who is asking: `X-ClickHouse-User` and `-Key`, Basic, or a Bearer token (any of the three passwords).
 * @throws ClickHouseException 516 as a server would
 */
export function createAuthentication(passwords: Readonly<Record<Role, string>>) {
  const roles = Object.entries(passwords).map(([role, password]) => ({ role, digest: digest(password) }));
  return function authenticate(headers: IncomingHttpHeaders, url: URLSearchParams): { role: Role; user: string } {
    const bearer = /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1];
    const given = bearer === undefined ? credential(headers, url) : { user: null, password: bearer };
    const offered = digest(given.password);
    let matched: string | undefined;
    // All are compared, so that the time taken tells nothing about which one came close.
    for (const { role, digest: known } of roles) if (timingSafeEqual(known, offered)) matched = role;
    const entry = Object.entries(USERS).find(([user, role]) =>
      given.user === null ? role === matched : user === given.user && role === matched,
    );
    if (entry === undefined) throw failed(given.user ?? 'the bearer of this token');
    return { user: entry[0], role: entry[1] };
  };
}

function credential(headers: IncomingHttpHeaders, url: URLSearchParams): Credential {
  const user = headers['x-clickhouse-user'];
  if (typeof user === 'string') return { user, password: String(headers['x-clickhouse-key'] ?? '') };
  const basic = /^Basic (.+)$/i.exec(headers.authorization ?? '')?.[1];
  if (basic === undefined) return { user: url.get('user') ?? 'default', password: url.get('password') ?? '' };
  const [name = '', ...rest] = Buffer.from(basic, 'base64').toString('utf8').split(':');
  return { user: name, password: rest.join(':') };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function failed(user: string): ClickHouseException {
  return new ClickHouseException(
    516,
    'AUTHENTICATION_FAILED',
    `${user}: Authentication failed: password is incorrect, or there is no user with such name.`,
  );
}
