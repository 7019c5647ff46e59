import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { brotliDecompressSync, gunzipSync, gzipSync, inflateSync, zstdDecompressSync } from 'node:zlib';
import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWarehouse, type TestUser, type TestWarehouse } from '../../harness/warehouse.ts';

let warehouse: TestWarehouse;
let client: ClickHouseClient;

const clientOf = (user: TestUser) =>
  createClient({
    url: warehouse.url,
    ...user,
    log: { level: ClickHouseLogLevel.OFF },
    compression: { response: true },
  });

beforeAll(async () => {
  warehouse = await startWarehouse();
  client = clientOf(warehouse.users.ingest);
  await client.command({ query: 'CREATE DATABASE spendlens' });
  await client.command({
    query: `CREATE TABLE spendlens.t (a UInt64, b String, m Map(String, String)) ENGINE = MergeTree ORDER BY a
      SETTINGS non_replicated_deduplication_window = 100`,
  });
});
afterAll(async () => {
  await client?.close();
  await warehouse?.stop();
});

async function send(sql: string, search = '', headers: Record<string, string> = {}, user = warehouse.users.ingest) {
  const response = await request(`${warehouse.url}/?${search}`, {
    method: 'POST',
    body: sql,
    headers: { 'X-ClickHouse-User': user.username, 'X-ClickHouse-Key': user.password, ...headers },
  });
  const bytes = Buffer.from(await response.body.arrayBuffer());
  return { status: response.statusCode, headers: response.headers, bytes, text: bytes.toString('utf8') };
}

const rowsOf = async (table: string) => Number((await send(`SELECT count() FROM spendlens.${table}`)).text);

describe('@clickhouse/client', () => {
  it('pings, inserts and reads', async () => {
    expect(await client.ping()).toEqual({ success: true });
    const values = [
      { a: 1, b: "quote ' tab \t line \n back \\", m: { k: 'v' } },
      { a: '18446744073709551615', b: '', m: {} },
    ];
    const { summary } = await client.insert({ table: 'spendlens.t', values, format: 'JSONEachRow' });
    expect(summary).toMatchObject({ written_rows: '2' });
    const result = await client.query({ query: 'SELECT * FROM spendlens.t ORDER BY a', format: 'JSONEachRow' });
    expect(await result.json()).toEqual(
      values.map((row) => ({ ...row, a: String(row.a) === '1' ? row.a : expect.anything() })),
    );
    await client.command({ query: 'TRUNCATE TABLE spendlens.t' });
  });

  it.each([
    { type: 'String', value: "a\tb\nc'd\\e\0?" },
    { type: 'Array(String)', value: ["it's", 'x\ty'] },
    { type: 'Nullable(String)', value: null },
    { type: 'Map(String, String)', value: { k: "v'" } },
    { type: 'UInt64', value: '18446744073709551615' },
  ])('binds a parameter of type $type', async ({ type, value }) => {
    const result = await client.query({
      query: `SELECT {x:${type}} AS x`,
      query_params: { x: value },
      format: 'JSONEachRow',
      clickhouse_settings: { output_format_json_quote_64bit_integers: 1 },
    });
    expect(await result.json()).toEqual([{ x: value }]);
  });

  it('has parameters and settings of one query forgotten by the next', async () => {
    await client.query({ query: 'SELECT {x:String}', query_params: { x: 'secret' } });
    const settings = { max_result_rows: '7' };
    await client.query({ query: 'SELECT 1', clickhouse_settings: settings });
    await expect(client.query({ query: 'SELECT {x:String}' })).rejects.toMatchObject({
      code: '456',
      message: expect.stringContaining('Substitution `x` is not set'),
    });
    for (let each = 0; each < 6; each++) {
      expect((await send("SELECT getSetting('max_result_rows')")).text).toBe('0\n');
    }
  });

  it('sees an error that comes after the first rows', async () => {
    const result = await client.query({
      query: 'SELECT number, throwIf(number = 1000000) FROM numbers(2000000)',
      format: 'JSONEachRow',
    });
    const read = async () => {
      for await (const rows of result.stream()) void rows;
    };
    await expect(read()).rejects.toMatchObject({ code: '395' });
  });

  it('streams a large result in bounded memory', async () => {
    const result = await client.query({
      query: "SELECT number, repeat('x', 100) AS s FROM numbers(3000000)",
      format: 'JSONEachRow',
    });
    let rows = 0;
    for await (const some of result.stream()) rows += some.length;
    expect(rows).toBe(3_000_000);
  });
});

describe('the protocol', () => {
  it.each([
    {
      name: 'Basic',
      headers: (user: TestUser) => ({ authorization: `Basic ${btoa(`${user.username}:${user.password}`)}` }),
    },
    { name: 'Bearer', headers: (user: TestUser) => ({ authorization: `Bearer ${user.password}` }) },
    {
      name: 'X-ClickHouse',
      headers: (user: TestUser) => ({ 'x-clickhouse-user': user.username, 'x-clickhouse-key': user.password }),
    },
  ])('takes $name credentials, and refuses wrong ones', async ({ headers }) => {
    const { reader } = warehouse.users;
    const good = await request(`${warehouse.url}/?query=SELECT+1`, { headers: headers(reader) });
    expect(await good.body.text()).toBe('1\n');
    const bad = await request(`${warehouse.url}/?query=SELECT+1`, { headers: headers({ ...reader, password: 'x' }) });
    expect(bad.statusCode).toBe(403);
    expect(bad.headers['x-clickhouse-exception-code']).toBe('516');
    expect(await bad.body.text()).toContain('AUTHENTICATION_FAILED');
  });

  it('takes user and password from the URL, and no password of another user', async () => {
    const { reader, ingest } = warehouse.users;
    const ask = async (user: string, password: string) =>
      (await request(`${warehouse.url}/?query=SELECT+1&user=${user}&password=${password}`)).statusCode;
    expect(await ask(reader.username, reader.password)).toBe(200);
    expect(await ask(reader.username, ingest.password)).toBe(403);
    expect((await request(`${warehouse.url}/?query=SELECT+1`)).statusCode).toBe(403);
  });

  it('answers with headers of ClickHouse', async () => {
    const { headers } = await send('SELECT 1 AS x', 'default_format=JSONEachRow&query_id=mine&session_id=s');
    expect(headers).toMatchObject({
      'x-clickhouse-query-id': 'mine',
      'x-clickhouse-format': 'JSONEachRow',
      'x-clickhouse-timezone': 'UTC',
      'content-type': 'application/x-ndjson; charset=UTF-8',
    });
    expect(JSON.parse(String(headers['x-clickhouse-summary']))).toHaveProperty('read_rows');
  });

  it.each([
    { sql: 'SELECT', status: 400, code: '62' },
    { sql: 'SELECT nothing', status: 404, code: '47' },
    { sql: 'SELECT * FROM spendlens.nothing', status: 404, code: '60' },
    { sql: 'SELECT 1 FORMAT Nothing', status: 404, code: '73' },
    { sql: 'SELECT throwIf(1)', status: 500, code: '395' },
    {
      sql: 'SELECT count() FROM numbers(1000000000000) WHERE sipHash64(number) = 1',
      search: 'max_execution_time=1',
      status: 408,
      code: '159',
    },
    { sql: 'SELECT 1', search: 'nothing=1', status: 404, code: '115' },
    { sql: '', status: 400, code: '62' },
  ])('$sql is $status with code $code', async ({ sql, status, code, search }) => {
    const answer = await send(sql, search);
    expect(answer.status).toBe(status);
    expect(answer.headers['x-clickhouse-exception-code']).toBe(code);
    expect(answer.text).toMatch(/^Code: \d+\. DB::Exception: .*\([A-Z_]+\) \(version \d+/s);
  });

  it('passes over what only a server can act on', async () => {
    const search =
      'wait_end_of_query=1&send_progress_in_http_headers=1&http_headers_progress_interval_ms=100&role=x&client_protocol_version=54460&compress=0';
    expect((await send('SELECT 1', search)).text).toBe('1\n');
  });

  it('puts query of the URL and body together', async () => {
    expect((await send(' + 1', 'query=SELECT+1')).text).toBe('2\n');
    expect((await send('', 'query=SELECT+currentDatabase()&database=spendlens')).text).toBe('spendlens\n');
  });

  it.each([
    { encoding: 'gzip', decode: gunzipSync },
    { encoding: 'deflate', decode: inflateSync },
    { encoding: 'br', decode: brotliDecompressSync },
    { encoding: 'zstd', decode: zstdDecompressSync },
  ])('compresses with $encoding where asked', async ({ encoding, decode }) => {
    const answer = await send('SELECT number FROM numbers(100000)', 'enable_http_compression=1', {
      'accept-encoding': encoding,
    });
    expect(answer.headers['content-encoding']).toBe(encoding);
    expect(decode(answer.bytes).toString().split('\n')).toHaveLength(100_001);
  });

  it('takes a gzip body', async () => {
    const answer = await request(warehouse.url, {
      method: 'POST',
      body: gzipSync('SELECT 42'),
      headers: { 'content-encoding': 'gzip', authorization: `Bearer ${warehouse.users.ingest.password}` },
    });
    expect(await answer.body.text()).toBe('42\n');
  });

  it('says how to do without the compression of ClickHouse itself', async () => {
    expect(await send('SELECT 1', 'compress=1')).toMatchObject({
      status: 501,
      text: expect.stringContaining('compress=0'),
    });
  });

  it('says which encodings it takes when it does not', async () => {
    const answer = await send('SELECT 1', '', { 'content-encoding': 'lz4' });
    expect(answer).toMatchObject({ status: 501, text: expect.stringContaining('gzip') });
  });

  it.each([
    'CSVWithNames',
    'TSVWithNamesAndTypes',
    'JSONCompactEachRowWithNames',
    'RowBinaryWithNamesAndTypes',
    'Native',
    'JSON',
    'JSONCompact',
    'Parquet',
  ])('streams %s as one document, though the result has many blocks', async (format) => {
    const sql = `SELECT number AS n, toString(number) AS "a b" FROM numbers(200000) FORMAT ${format}`;
    const [streamed, whole] = await Promise.all([
      send(sql, 'max_threads=1'),
      send(sql, 'max_threads=1&wait_end_of_query=1'),
    ]);
    const plain = (bytes: Buffer) => bytes.toString('latin1').replace(/"elapsed": [\d.]+/, '');
    expect(plain(streamed.bytes) === plain(whole.bytes)).toBe(true);
  });

  it('lets nothing of a failed result into the next answer', async () => {
    for (let each = 0; each < 8; each++) {
      await send('SELECT number FROM numbers(3) FORMAT ProtobufSingle');
      expect((await send('SELECT 1')).text).toBe('1\n');
    }
  });

  it('stops the query of a client that went away', async () => {
    const running = async () =>
      Number(
        (
          await send(
            "SELECT count() FROM system.processes WHERE query LIKE '%sipHash64(number) = 77%' AND query NOT LIKE '%processes%'",
          )
        ).text,
      );
    const gone = new AbortController();
    const slow = request(
      `${warehouse.url}/?query=${encodeURIComponent('SELECT count() FROM numbers(1000000000000) WHERE sipHash64(number) = 77')}`,
      {
        headers: { authorization: `Bearer ${warehouse.users.dashboard.password}` },
        signal: gone.signal,
      },
    ).catch(() => undefined);
    await expect.poll(running).toBe(1);
    gone.abort();
    await slow;
    await expect.poll(running).toBe(0);
  });

  it('stops a stream whose reader went away', async () => {
    const response = await request(
      `${warehouse.url}/?query=${encodeURIComponent('SELECT number FROM numbers(100000000000)')}`,
      {
        headers: { authorization: `Bearer ${warehouse.users.dashboard.password}` },
      },
    );
    response.body.on('error', () => undefined);
    await new Promise((resolve) => response.body.once('data', resolve));
    response.body.destroy();
    const running = async () =>
      Number(
        (
          await send(
            "SELECT count() FROM system.processes WHERE query LIKE '%100000000000%' AND query NOT LIKE '%processes%'",
          )
        ).text,
      );
    await expect.poll(running).toBe(0);
  });

  it('goes on after many clients that went away at once', async () => {
    const headers = { authorization: `Bearer ${warehouse.users.dashboard.password}` };
    for (let each = 0; each < 60; each++) {
      const gone = new AbortController();
      const url = `${warehouse.url}/?query=${encodeURIComponent('SELECT number FROM numbers(50000000)')}`;
      const asked = request(url, { headers, signal: gone.signal }).catch(() => undefined);
      await sleep(each % 12);
      gone.abort();
      await asked;
    }
    const answers = await Promise.all(Array.from({ length: 8 }, () => send('SELECT 1', '', headers)));
    for (const { text } of answers) expect(text).toBe('1\n');
  });

  it('keeps inserts and other users going beside slow queries', async () => {
    const slow = 'SELECT count() FROM numbers(1000000000000) WHERE sipHash64(number) = 78';
    const done = new AbortController();
    let ended = 0;
    const headers = { authorization: `Bearer ${warehouse.users.dashboard.password}` };
    const many = Array.from({ length: 6 }, async () => {
      const asked = request(warehouse.url, { method: 'POST', body: slow, headers, signal: done.signal });
      await asked.catch(() => undefined);
      ended++;
    });
    await sleep(300);
    await client.insert({ table: 'spendlens.t', values: [{ a: 1 }], format: 'JSONEachRow' });
    expect((await send('SELECT 1', '', {}, warehouse.users.reader)).status).toBeLessThan(500);
    expect(ended).toBe(0);
    done.abort();
    await Promise.all(many);
    await client.command({ query: 'TRUNCATE TABLE spendlens.t' });
  });
});

describe('inserts', () => {
  it('stores the rows of one token once, and the next without a token again', async () => {
    const values = Array.from({ length: 1000 }, (_, a) => ({ a }));
    const insert = (token?: string) =>
      client.insert({
        table: 'spendlens.t',
        values,
        format: 'JSONEachRow',
        clickhouse_settings: {
          async_insert: 0,
          insert_deduplicate: 1,
          ...(token === undefined ? {} : { insert_deduplication_token: token }),
        },
      });
    await insert('one');
    await insert('one');
    expect(await rowsOf('t')).toBe(1000);
    await insert('two');
    expect(await rowsOf('t')).toBe(2000);
    await Promise.all(Array.from({ length: 6 }, () => insert('three')));
    expect(await rowsOf('t')).toBe(3000);
    await client.command({ query: 'TRUNCATE TABLE spendlens.t' });
  });

  it.each([
    {
      name: 'JSONEachRow in the URL, rows in the body',
      search: 'query=INSERT+INTO+spendlens.t+FORMAT+JSONEachRow',
      body: '{"a":1,"b":"x"}',
    },
    {
      name: 'columns',
      search: `query=${encodeURIComponent('INSERT INTO spendlens.t (b, `a`) FORMAT CSV')}`,
      body: '"x",1',
    },
    {
      name: 'a format of JSON that needs text',
      search: 'query=INSERT+INTO+spendlens.t+FORMAT+JSONStringsEachRow',
      body: '{"a":"1","b":"x"}',
    },
    { name: 'VALUES in the body', search: '', body: "INSERT INTO spendlens.t (a, b) VALUES (1, 'x')" },
    {
      name: 'rows behind FORMAT in the body',
      search: '',
      body: 'INSERT INTO spendlens.t FORMAT JSONEachRow\n{"a":1,"b":"x"}',
    },
    { name: 'SELECT', search: '', body: "INSERT INTO spendlens.t (a, b) SELECT 1, 'x'" },
    {
      name: 'a comment before',
      search: `query=${encodeURIComponent('/* x */ INSERT INTO spendlens.t (a, b) FORMAT TSV')}`,
      body: '1\tx',
    },
  ])('takes $name', async ({ search, body }) => {
    const answer = await send(body, search);
    expect(answer).toMatchObject({ status: 200 });
    expect((await send('SELECT a, b FROM spendlens.t')).text).toBe('1\tx\n');
    await client.command({ query: 'TRUNCATE TABLE spendlens.t' });
  });

  it('says which formats it takes when rows are binary', async () => {
    const binary = Buffer.from([1, 0, 255]).toString('latin1');
    const answer = await send(binary, 'query=INSERT+INTO+spendlens.t+FORMAT+RowBinary');
    expect(answer).toMatchObject({ status: 404, text: expect.stringContaining('JSONEachRow') });
  });

  it('stores nothing of a block with a broken row', async () => {
    const answer = await send('{"a":1}\n{"a":"x"}\n', 'query=INSERT+INTO+spendlens.t+FORMAT+JSONEachRow');
    expect(answer.status).toBe(400);
    expect(await rowsOf('t')).toBe(0);
  });
});

describe('other clients', () => {
  const run = promisify(execFile);

  it('curl', async () => {
    const { username, password } = warehouse.users.reader;
    const { stdout } = await run('curl', [
      '-sS',
      '--compressed',
      '-u',
      `${username}:${password}`,
      warehouse.url,
      '--data-binary',
      'SELECT 1 AS x FORMAT JSONEachRow',
    ]);
    expect(stdout).toBe('{"x":1}\n');
  });

  it('what JDBC asks when it connects', async () => {
    const asked = [
      "SELECT currentUser() AS user, timezone() AS timezone, version() AS version, getSetting('readonly') AS readonly",
      "SELECT name, value FROM system.settings WHERE name IN ('readonly', 'max_query_size')",
      "SELECT '' AS TABLE_CAT, t.database AS TABLE_SCHEM, t.name AS TABLE_NAME, t.engine FROM system.tables AS t JOIN system.databases AS d ON t.database = d.name WHERE t.database LIKE '%' ORDER BY t.database, t.name",
      "SELECT database, table, name, type, position, default_kind, comment FROM system.columns WHERE database LIKE 'spendlens' AND table LIKE '%' ORDER BY database, table, position",
      'SELECT name FROM system.databases ORDER BY name',
      'SELECT name, case_insensitive FROM system.data_type_families',
    ];
    for (const sql of asked) {
      expect(await send(sql, 'default_format=RowBinaryWithNamesAndTypes', {}, warehouse.users.reader)).toMatchObject({
        status: 200,
      });
    }
  });
});
