import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readWarehouseAccess } from '../../../clickhouse/access.ts';
import { createWarehouse } from '../../../clickhouse/client.ts';
import { type HttpRelay, startHttpRelay } from '../../harness/http-relay.ts';
import { startWarehouse, type TestWarehouse } from '../../harness/warehouse.ts';

const run = promisify(execFile);

let folder: string;
let engine: TestWarehouse;
/** Stand for a server's TLS before the real engine: one that asks for nothing, one that asks for a certificate. */
let open: HttpRelay;
let asking: HttpRelay;

const path = (name: string) => join(folder, name);
const openssl = (args: string) => execFileSync('openssl', args.split(' '), { cwd: folder, stdio: 'pipe' });
const missing = spawnSync('openssl', ['version']).error !== undefined;
const KEY = '-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes';

beforeAll(async () => {
  if (missing) return;
  folder = mkdtempSync(join(tmpdir(), 'spendlens-tls-'));
  openssl(`req -x509 ${KEY} -days 2 -subj /CN=authority -keyout ca.key -out ca.pem`);
  for (const name of ['server', 'client']) {
    const own = `-subj /CN=${name} -addext subjectAltName=IP:127.0.0.1 -keyout ${name}.key -out ${name}.pem`;
    openssl(`req -x509 ${KEY} -days 2 ${own} -CA ca.pem -CAkey ca.key`);
  }
  engine = await startWarehouse();
  const server = { cert: readFileSync(path('server.pem')), key: readFileSync(path('server.key')) };
  open = await startHttpRelay(engine.url, server);
  asking = await startHttpRelay(engine.url, { ...server, ca: readFileSync(path('ca.pem')), requestCert: true });
});
afterAll(async () => {
  if (missing) return;
  await Promise.all([open.close(), asking.close()]);
  await engine.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** What `npm run NAME` prints, on a machine where nothing of Spendlens runs. */
async function command(name: string, args: string[], env: Record<string, string>): Promise<string> {
  const script = join(import.meta.dirname, '..', '..', '..', 'bin', `${name}.ts`);
  const { stdout } = await run(process.execPath, [script, ...args], {
    env: { ...process.env, SPENDLENS_DATA: folder, ...env },
  });
  return stdout;
}

/** What the warehouse answers at that address with these variables. */
async function answered(url: string, env: Record<string, string>): Promise<string> {
  const { username: CLICKHOUSE_USER, password: CLICKHOUSE_PASSWORD } = engine.users.ingest;
  const access = readWarehouseAccess({ CLICKHOUSE_URL: url, CLICKHOUSE_USER, CLICKHOUSE_PASSWORD, ...env });
  const warehouse = createWarehouse(access);
  try {
    const rows = await warehouse.rows(z.object({ n: z.number() }), { text: 'SELECT 42 AS n', params: {} });
    return `answered ${rows[0]?.n}`;
  } finally {
    await warehouse.close();
  }
}

describe.skipIf(missing)(`TLS to a ClickHouse server${missing ? ', not shown: there is no openssl' : ''}`, () => {
  const ca = () => ({ CLICKHOUSE_CA: path('ca.pem') });
  const client = () => ({ ...ca(), CLICKHOUSE_CERT: path('client.pem'), CLICKHOUSE_KEY: path('client.key') });

  it('trusts an authority of its own only where it is named', async () => {
    await expect(answered(open.url, {})).rejects.toMatchObject({ code: 'warehouse_unreachable', retryable: true });
    await expect(answered(open.url, {})).rejects.toThrow(/certificate/);
    expect(await answered(open.url, ca())).toBe('answered 42');
  });

  it('is spoken by commands that know nothing but the address, too', async () => {
    const { username: CLICKHOUSE_USER, password: CLICKHOUSE_PASSWORD } = engine.users.ingest;
    const server = { CLICKHOUSE_URL: open.url, CLICKHOUSE_USER, CLICKHOUSE_PASSWORD, ...ca() };
    await command('migrate', [], server);
    expect(await command('doctor', [], server)).toContain('Complete: nothing is missing');
    expect(await command('dlq', ['list'], server)).toBe('0 dead letters\n');
    const { username, password: SPENDLENS_READER_PASSWORD } = engine.users.reader;
    const asReader = { ...server, SPENDLENS_READER_USER: username, SPENDLENS_READER_PASSWORD };
    expect(await command('sql', ['SELECT currentUser() AS u, count() AS n FROM requests'], asReader)).toContain(
      'u\tn\n',
    );
    await expect(command('sql', ['SELECT * FROM config'], asReader)).rejects.toThrow(/spendlens sql: .*config/);
    await expect(command('sql', ['SELECT 1'], { ...asReader, CLICKHOUSE_CA: '' })).rejects.toThrow(/certificate/);
  });

  it('compresses both ways where it is told to', async () => {
    const seen: unknown[] = [];
    open.inject(({ headers }) => {
      seen.push(headers['accept-encoding']);
      return null;
    });
    for (const CLICKHOUSE_COMPRESSION of ['none', 'zstd', 'gzip']) {
      expect(await answered(open.url, { ...ca(), CLICKHOUSE_COMPRESSION })).toBe('answered 42');
    }
    open.heal();
    expect(seen).toEqual([undefined, 'zstd', 'gzip']);
  });

  it('shows its certificate to a server that asks for one, and signs in by password', async () => {
    await expect(answered(asking.url, ca())).rejects.toMatchObject({ code: 'warehouse_unreachable' });
    expect(await answered(asking.url, client())).toBe('answered 42');
  });

  it('signs in by its certificate where there is no password', async () => {
    const seen: unknown[] = [];
    asking.inject(({ headers }) => {
      seen.push([headers['x-clickhouse-user'], headers['x-clickhouse-ssl-certificate-auth'], headers.authorization]);
      return { kind: 'exception', code: 516, symbol: 'AUTHENTICATION_FAILED' };
    });
    await expect(answered(asking.url, { ...client(), CLICKHOUSE_PASSWORD: '' })).rejects.toThrow('does not let us in');
    asking.heal();
    expect(seen).toEqual([['spendlens_ingest', 'on', undefined]]);
  });
});
