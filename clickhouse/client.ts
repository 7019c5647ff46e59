import { Agent } from 'node:https';
import {
  type ClickHouseClient,
  type ClickHouseClientConfigOptions,
  ClickHouseLogLevel,
  type ClickHouseSettings,
  createClient,
} from '@clickhouse/client';
import { z } from 'zod';
import type { WarehouseAccess } from './access.ts';
import { warehouseError } from './failure.ts';

/** A statement whose values are bound: `{name:Type}` in the text, the value under `name`. */
export interface Statement {
  readonly text: string;
  readonly params: Readonly<Record<string, unknown>>;
}

export interface QueryOptions {
  /** Aborting it also stops the query in the engine. */
  readonly signal?: AbortSignal;
  readonly maxSeconds?: number;
  /**
   * The answer decides what is written next: it must hold every insert that was acknowledged, also where the replica
   * that is asked was not the one that took it.
   */
  readonly decisive?: boolean;
}

/** Everything here rejects with SpendlensError warehouse_unreachable, warehouse_busy (both retryable) or warehouse_refused. */
export interface Warehouse {
  /** Its tables stand on several replicas; what stands on one alone (lookups in memory) the others do not see. */
  readonly replicated: boolean;
  /** Rows of a SELECT, each parsed by `row`. Decimals come as strings with all nine places, 64-bit integers as strings. */
  rows<Row>(row: z.ZodType<Row>, statement: Statement, options?: QueryOptions): Promise<Row[]>;
  /** A statement without an answer: DDL, a mutation. */
  run(text: string, params?: Statement['params']): Promise<void>;
  /** An INSERT … SELECT, which `token` keeps from being stored twice as long as it selects the same rows in one block. */
  insertSelected(text: string, params: Statement['params'], token: string): Promise<void>;
  /** All rows as one block, which `token` keeps from being stored twice, for the last 10,000 blocks of the table. */
  insert(table: string, rows: readonly object[], token: string): Promise<void>;
  ping(): Promise<void>;
  close(): Promise<void>;
}

const DEFAULT_QUERY_SECONDS = 30;
const REQUEST_TIMEOUT_MS = 60_000;
const MAX_CONNECTIONS = 10;

const reading: ClickHouseSettings = {
  output_format_json_quote_decimals: 1,
  output_format_json_quote_64bit_integers: 1,
  output_format_decimal_trailing_zeros: 1,
  cancel_http_readonly_queries_on_client_close: 1,
};

// Deduplication compares block by block: were the block boundaries to move between two deliveries of one slice
// (parallel parsing, asynchronous inserts, size limits), the token would let rows in twice. Newer servers insert
// asynchronously unless told otherwise, in batches of their own making that no token of ours names.
const writing: ClickHouseSettings = {
  async_insert: 0,
  insert_deduplicate: 1,
  input_format_parallel_parsing: 0,
  max_insert_block_size: '1048576',
  min_insert_block_size_rows: '1048576',
  min_insert_block_size_bytes: '1073741824',
  max_insert_threads: '1',
  date_time_input_format: 'best_effort',
};

// A replica acknowledges an insert before any other has fetched it. Were it lost then, the rows would be gone and their
// token still known: the resend, which is what should bring them back, would be dropped as a duplicate. So most of the
// replicas must have the block, and a resend waits for them too. One block at a time, since only then can a read say
// for certain (select_sequential_consistency) that its replica has everything that was acknowledged. Whoever comes while
// another block is on its way is told 286 and waits.
const writingReplicas: ClickHouseSettings = {
  insert_quorum: 'auto',
  insert_quorum_parallel: 0,
  insert_quorum_timeout: 30_000,
};
const decisive: ClickHouseSettings = { select_sequential_consistency: '1' };

export function createWarehouse(access: WarehouseAccess): Warehouse {
  const client = createClient({
    url: access.url,
    username: access.user,
    password: access.password,
    application: 'spendlens',
    request_timeout: REQUEST_TIMEOUT_MS,
    max_open_connections: MAX_CONNECTIONS,
    // Failures travel to whoever called, which logs what it makes of them.
    log: { level: ClickHouseLogLevel.OFF },
    ...compressionOf(access),
    ...certificatesOf(access),
  });
  const replicated = access.cluster != null;
  const inserting = replicated ? { ...writing, ...writingReplicas } : writing;
  return {
    replicated,
    rows: (row, statement, options = {}) =>
      attempt(async () => {
        const settings = replicated && options.decisive ? { ...reading, ...decisive } : reading;
        return z.array(row).parse(await select(client, statement, options, settings));
      }),
    run: (text, params = {}) =>
      attempt(async () => void (await client.command({ query: text, query_params: { ...params } }))),
    insertSelected: (query, params, token) =>
      attempt(async () => {
        const settings = { ...inserting, max_threads: 1, insert_deduplication_token: token };
        await client.command({ query, query_params: { ...params }, clickhouse_settings: settings });
      }),
    insert: (table, rows, token) =>
      attempt(async () => {
        if (rows.length === 0) return;
        await client.insert({
          table,
          values: [...rows],
          format: 'JSONEachRow',
          clickhouse_settings: { ...inserting, insert_deduplication_token: token },
        });
      }),
    ping: () =>
      attempt(async () => {
        const answer = await client.ping();
        if (!answer.success) throw answer.error;
      }),
    close: () => client.close(),
  };
}

/** Both ways; ours are said, since a client's defaults change. */
function compressionOf({ compression: codec = 'none' }: WarehouseAccess): ClickHouseClientConfigOptions {
  if (codec === 'none') return { compression: { request: false, response: false } };
  return { compression: { request: { codec, level: codec === 'zstd' ? 1 : 3 }, response: { codec } } };
}

/**
 * A certificate of the client's own with a password is one that the server's TLS asks for; without a password it is
 * what signs the user in, and ClickHouse refuses to be given both.
 */
function certificatesOf({ url, user, password, tls }: WarehouseAccess): ClickHouseClientConfigOptions {
  if (!tls || !url.startsWith('https:')) return {};
  const { ca, client } = tls;
  const http_agent = new Agent({ keepAlive: true, maxSockets: MAX_CONNECTIONS, ...(ca !== null && { ca }), ...client });
  if (client === null || password !== '') return { http_agent };
  const http_headers = { 'X-ClickHouse-User': user, 'X-ClickHouse-SSL-Certificate-Auth': 'on' };
  return { http_agent, http_headers, set_basic_auth_header: false };
}

async function select(
  client: ClickHouseClient,
  statement: Statement,
  options: QueryOptions,
  settings: ClickHouseSettings,
): Promise<unknown[]> {
  // The client listens for an abort that is to come; one that came already would pass it by.
  options.signal?.throwIfAborted();
  const result = await client.query({
    query: statement.text,
    query_params: { ...statement.params },
    format: 'JSONEachRow',
    clickhouse_settings: { ...settings, max_execution_time: options.maxSeconds ?? DEFAULT_QUERY_SECONDS },
    ...(options.signal === undefined ? {} : { abort_signal: options.signal }),
  });
  return result.json<unknown>();
}

/** A row that is not what its schema says is our own mistake: it stays a ZodError. */
async function attempt<Answer>(work: () => Promise<Answer>): Promise<Answer> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof z.ZodError ? error : warehouseError(error);
  }
}
