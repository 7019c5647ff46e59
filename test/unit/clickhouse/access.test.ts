import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readWarehouseAccess } from '../../../clickhouse/access.ts';

const folder = mkdtempSync(join(tmpdir(), 'spendlens-access-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}
const pem = file('some.pem', '-----BEGIN CERTIFICATE-----\n');
const noPem = file('some.der', '\u0030\u0082');
const tls = { CLICKHOUSE_URL: 'https://warehouse:8443' };

describe('how a warehouse is reached', () => {
  it('takes an empty variable for one that is not set', () => {
    const access = readWarehouseAccess({
      CLICKHOUSE_URL: 'http://warehouse:8123',
      CLICKHOUSE_USER: '',
      CLICKHOUSE_CA: '',
    });
    expect(access).toMatchObject({ user: 'default', password: '', tls: null, compression: 'none', cluster: null });
  });

  it('reads the certificates that are named', () => {
    const named = { CLICKHOUSE_CA: pem, CLICKHOUSE_CERT: pem, CLICKHOUSE_KEY: pem };
    const text = '-----BEGIN CERTIFICATE-----\n';
    expect(readWarehouseAccess({ ...tls, ...named }).tls).toEqual({ ca: text, client: { cert: text, key: text } });
    expect(readWarehouseAccess({ ...tls, CLICKHOUSE_CA: pem }).tls).toEqual({ ca: text, client: null });
  });

  it.each([
    { name: 'no address', env: {}, said: 'CLICKHOUSE_URL: expected the address' },
    {
      name: 'another protocol',
      env: { CLICKHOUSE_URL: 'clickhouse://warehouse:9000' },
      said: 'CLICKHOUSE_URL: expected',
    },
    {
      name: 'an authority without TLS',
      env: { CLICKHOUSE_URL: 'http://w', CLICKHOUSE_CA: pem },
      said: 'CLICKHOUSE_CA: means nothing',
    },
    {
      name: 'a certificate without its key',
      env: { ...tls, CLICKHOUSE_CERT: pem },
      said: 'CLICKHOUSE_KEY: certificate and key',
    },
    {
      name: 'a key without its certificate',
      env: { ...tls, CLICKHOUSE_KEY: pem },
      said: 'CLICKHOUSE_CERT: certificate and key',
    },
    {
      name: 'a file that is not there',
      env: { ...tls, CLICKHOUSE_CA: '/nowhere.pem' },
      said: 'CLICKHOUSE_CA: cannot read /nowhere.pem',
    },
    { name: 'a file of another form', env: { ...tls, CLICKHOUSE_CA: noPem }, said: 'is no PEM file' },
    { name: 'an unknown compression', env: { ...tls, CLICKHOUSE_COMPRESSION: 'lz4' }, said: 'CLICKHOUSE_COMPRESSION' },
    {
      name: 'a cluster that would be SQL',
      env: { ...tls, CLICKHOUSE_CLUSTER: 'a` b' },
      said: 'CLICKHOUSE_CLUSTER: expected a name',
    },
  ])('says what is wrong: $name', ({ env, said }) => {
    expect(() => readWarehouseAccess(env)).toThrow(said);
  });

  it('repeats no password', () => {
    expect(() => readWarehouseAccess({ CLICKHOUSE_PASSWORD: 'very-secret' })).not.toThrow('very-secret');
  });
});
