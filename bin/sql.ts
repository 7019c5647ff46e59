import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { Agent, fetch, type Response } from 'undici';
import { readWarehouseAccess, type WarehouseAccess } from '../clickhouse/access.ts';
import { endpoints } from '../domain/endpoints.ts';
import { SpendlensError } from '../domain/error.ts';

const USAGE = `usage: npm run sql -- "SELECT …" [--format JSONEachRow] [--param name=value]
       npm run sql < query.sql`;

const options = {
  format: { type: 'string', short: 'f' },
  param: { type: 'string', multiple: true },
  help: { type: 'boolean', short: 'h' },
} as const;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const sql = positionals.join(' ').trim() || (process.stdin.isTTY ? '' : (await text(process.stdin)).trim());
  if (values.help || sql === '') throw new SpendlensError('request_invalid', USAGE);
  const place = findServer(process.env) ?? (await findEndpoints(process.env['SPENDLENS_DATA'] || './data'));
  await print(await ask(place, sql, values.format ?? readable(), values.param ?? []));
}

/** A server that CLICKHOUSE_URL names, as the reader where his password is given; null where there is none. */
function findServer(env: NodeJS.ProcessEnv): WarehouseAccess | null {
  if (!env['CLICKHOUSE_URL']) return null;
  const access = readWarehouseAccess(env);
  const password = env['SPENDLENS_READER_PASSWORD'];
  return password ? { ...access, user: env['SPENDLENS_READER_USER'] || 'spendlens_read', password } : access;
}

async function findEndpoints(folder: string): Promise<WarehouseAccess> {
  const path = join(folder, 'endpoints.json');
  try {
    const { clickhouse, reader } = endpoints.parse(JSON.parse(await readFile(path, 'utf8')));
    return { url: clickhouse, ...reader };
  } catch (cause) {
    const hint = 'Start it with npm start, or set SPENDLENS_DATA to its data folder, or CLICKHOUSE_URL to its server.';
    throw new SpendlensError('not_found', `no running Spendlens is known in ${path}. ${hint}`, { cause });
  }
}

/** A table for people; for a pipe, columns that other tools take. */
const readable = () => (process.stdout.isTTY ? 'PrettyCompactMonoBlock' : 'TSVWithNames');

async function ask(place: WarehouseAccess, sql: string, format: string, params: readonly string[]): Promise<Response> {
  const url = new URL(place.url);
  url.search = new URLSearchParams({
    database: 'spendlens',
    default_format: format,
    output_format_pretty_max_rows: '10000',
    output_format_pretty_color: process.stdout.isTTY ? '1' : '0',
  }).toString();
  for (const param of params) {
    const [name = '', ...value] = param.split('=');
    url.searchParams.set(`param_${name}`, value.join('='));
  }
  const { user, password, tls } = place;
  const byCertificate = tls?.client && password === '';
  const identity = byCertificate ? { 'X-ClickHouse-SSL-Certificate-Auth': 'on' } : { 'X-ClickHouse-Key': password };
  const headers = { 'X-ClickHouse-User': user, ...identity };
  const dispatcher = new Agent({ connect: { ...(tls?.ca && { ca: tls.ca }), ...tls?.client } });
  try {
    return await fetch(url, { method: 'POST', body: sql, headers, dispatcher });
  } catch (cause) {
    const reason = cause instanceof Error && cause.cause instanceof Error ? ` (${cause.cause.message})` : '';
    throw new SpendlensError('warehouse_unreachable', `nothing answers at ${place.url}${reason}. Is it running?`, {
      cause,
    });
  }
}

async function print(response: Response): Promise<void> {
  if (!response.ok) throw refusal(await response.text());
  // Behind this an error follows that came up after the first rows were sent.
  const marker = Buffer.from(`\r\n__exception__\r\n${response.headers.get('x-clickhouse-exception-tag')}\r\n`);
  let held = Buffer.alloc(0);
  for await (const piece of response.body ?? []) {
    held = Buffer.concat([held, piece]);
    if (held.includes(marker)) continue;
    const sure = held.length - marker.length;
    if (sure <= 0) continue;
    await write(held.subarray(0, sure));
    held = held.subarray(sure);
  }
  const failure = held.indexOf(marker);
  await write(failure < 0 ? held : held.subarray(0, failure));
  if (failure >= 0) throw refusal(held.toString('utf8', failure + marker.length));
}

async function write(bytes: Uint8Array): Promise<void> {
  if (!process.stdout.write(bytes)) await once(process.stdout, 'drain');
}

/** Of ClickHouse's message what a person needs, in one line. */
function refusal(message: string): SpendlensError {
  const said =
    /DB::Exception: ([\s\S]*?)(?: \([A-Z_]{3,}\))?(?: \(version [^)]*\)?\))?\s*(?:\d+ \w+\s+__exception__\s*)?$/;
  return new SpendlensError('sql_refused', (said.exec(message)?.[1] ?? message).replaceAll(/\s+/g, ' ').trim());
}

// `| head` closes the pipe when it has seen enough.
process.stdout.on('error', () => process.exit(0));

main().catch((error: unknown) => {
  process.stderr.write(`spendlens sql: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof SpendlensError && error.code === 'request_invalid' ? 2 : 1;
});
