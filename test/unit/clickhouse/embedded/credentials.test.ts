import { describe, expect, it } from 'vitest';
import { createAuthentication } from '../../../../clickhouse/embedded/credentials.ts';

const authenticate = createAuthentication({ ingest: 'i', dashboard: 'd', reader: 'a:b' });
const basic = (user: string, password: string) => ({ authorization: `Basic ${btoa(`${user}:${password}`)}` });

describe('credentials', () => {
  it.each([
    { name: 'Basic', headers: basic('spendlens_read', 'a:b'), role: 'reader' },
    { name: 'Bearer', headers: { authorization: 'bearer d' }, role: 'dashboard' },
    { name: 'headers', headers: { 'x-clickhouse-user': 'spendlens_ingest', 'x-clickhouse-key': 'i' }, role: 'ingest' },
  ])('$name', ({ headers, role }) => {
    expect(authenticate(headers, new URLSearchParams())).toMatchObject({ role });
  });

  it.each([
    { name: 'none', headers: {}, url: '' },
    { name: 'an empty password', headers: basic('spendlens_read', ''), url: '' },
    { name: 'the password of another', headers: basic('spendlens_ingest', 'd'), url: '' },
    { name: 'a user that is not', headers: basic('default', 'i'), url: '' },
    { name: 'a user named like a property', headers: basic('constructor', 'i'), url: '' },
    { name: 'an empty token', headers: { authorization: 'Bearer ' }, url: '' },
    { name: 'the URL with a wrong password', headers: {}, url: 'user=spendlens_read&password=x' },
  ])('$name is refused', ({ headers, url }) => {
    expect(() => authenticate(headers, new URLSearchParams(url))).toThrow('AUTHENTICATION_FAILED');
  });
});
