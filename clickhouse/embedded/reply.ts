import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Transform } from 'node:stream';
import { constants, createBrotliCompress, createDeflate, createGzip, createZstdCompress } from 'node:zlib';
import { asException, httpStatus } from './exception.ts';

export interface Summary {
  readonly resultRows: number;
  readonly resultBytes: number;
  readonly writtenRows: number;
  readonly writtenBytes: number;
  readonly startedAt: bigint;
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  JSON: 'application/json; charset=UTF-8',
  JSONStrings: 'application/json; charset=UTF-8',
  JSONCompact: 'application/json; charset=UTF-8',
  JSONCompactStrings: 'application/json; charset=UTF-8',
  JSONObjectEachRow: 'application/json; charset=UTF-8',
  JSONEachRow: 'application/x-ndjson; charset=UTF-8',
  JSONStringsEachRow: 'application/x-ndjson; charset=UTF-8',
  JSONCompactEachRow: 'application/x-ndjson; charset=UTF-8',
  JSONCompactEachRowWithNames: 'application/x-ndjson; charset=UTF-8',
  JSONCompactEachRowWithNamesAndTypes: 'application/x-ndjson; charset=UTF-8',
  CSV: 'text/csv; charset=UTF-8; header=absent',
  CSVWithNames: 'text/csv; charset=UTF-8; header=present',
  TabSeparated: 'text/tab-separated-values; charset=UTF-8',
  TSV: 'text/tab-separated-values; charset=UTF-8',
  TabSeparatedWithNames: 'text/tab-separated-values; charset=UTF-8',
  TSVWithNames: 'text/tab-separated-values; charset=UTF-8',
  Native: 'application/octet-stream',
  RowBinary: 'application/octet-stream',
  RowBinaryWithNames: 'application/octet-stream',
  RowBinaryWithNamesAndTypes: 'application/octet-stream',
  Arrow: 'application/octet-stream',
  ArrowStream: 'application/octet-stream',
  Parquet: 'application/octet-stream',
  XML: 'application/xml; charset=UTF-8',
};

/** One answer on its way to the client, in the shape of ClickHouse's HTTP interface. */
export class Reply {
  readonly #response: ServerResponse;
  readonly #version: string;
  readonly #tag = randomBytes(8).toString('hex');
  #sink: Transform | ServerResponse;

  constructor(response: ServerResponse, version: string) {
    this.#response = response;
    this.#version = version;
    this.#sink = response;
    response.setHeader('X-ClickHouse-Server-Display-Name', 'spendlens');
    response.setHeader('X-ClickHouse-Timezone', 'UTC');
    response.setHeader('X-ClickHouse-Exception-Tag', this.#tag);
  }

  get open(): boolean {
    return !this.#response.destroyed;
  }

  identify(queryId: string): void {
    this.#response.setHeader('X-ClickHouse-Query-Id', queryId);
  }

  begin(format: string, summary: Summary, acceptEncoding: string | null): void {
    this.#response.setHeader('Content-Type', CONTENT_TYPES[format] ?? 'text/plain; charset=UTF-8');
    this.#response.setHeader('X-ClickHouse-Format', format);
    this.#response.setHeader('X-ClickHouse-Summary', summaryHeader(summary));
    const encoding = acceptEncoding === null ? null : chooseEncoding(acceptEncoding);
    if (encoding === null) return;
    this.#response.setHeader('Content-Encoding', encoding);
    const compressor = createCompressor(encoding);
    compressor.pipe(this.#response);
    this.#sink = compressor;
  }

  /** Waits while the client is slower than the engine; resolves early when the client has gone. */
  async write(chunk: Uint8Array): Promise<void> {
    if (!this.open || chunk.length === 0 || this.#sink.write(chunk)) return;
    const gone = new AbortController();
    const onClose = () => gone.abort();
    this.#response.once('close', onClose);
    await once(this.#sink, 'drain', { signal: gone.signal }).catch(() => undefined);
    this.#response.off('close', onClose);
  }

  end(): void {
    this.#sink.end();
  }

  /** Before the first byte an error is a status and a body; after it, the block that clients look for at the end. */
  fail(error: unknown): void {
    const { code, text } = asException(error);
    const message = `${text} (version ${this.#version} (official build))`;
    if (!this.#response.headersSent && this.#sink === this.#response) {
      this.#failWhole(code, message);
      return;
    }
    const block = `${message}\n`;
    this.#sink.write(
      `\r\n__exception__\r\n${this.#tag}\r\n${block}${Buffer.byteLength(block)} ${this.#tag}\r\n__exception__\r\n`,
    );
    this.#sink.end();
  }

  #failWhole(code: number, message: string): void {
    this.#response.statusCode = httpStatus(code);
    this.#response.setHeader('Content-Type', 'text/plain; charset=UTF-8');
    this.#response.setHeader('X-ClickHouse-Exception-Code', code);
    this.#response.end(`${message}\n`);
  }
}

function summaryHeader(summary: Summary): string {
  return JSON.stringify({
    // The engine does not tell what it read; some clients look for rows only where this is not 0.
    read_rows: String(summary.resultRows),
    read_bytes: String(summary.resultBytes),
    written_rows: String(summary.writtenRows),
    written_bytes: String(summary.writtenBytes),
    total_rows_to_read: '0',
    result_rows: String(summary.resultRows + summary.writtenRows),
    result_bytes: String(summary.resultBytes + summary.writtenBytes),
    elapsed_ns: String(process.hrtime.bigint() - summary.startedAt),
  });
}

type Encoding = 'gzip' | 'deflate' | 'br' | 'zstd';
const ENCODINGS: readonly Encoding[] = ['gzip', 'zstd', 'deflate', 'br'];

function chooseEncoding(accept: string): Encoding | null {
  const offered = accept.split(',').map((part) => part.split(';')[0]?.trim().toLowerCase());
  return ENCODINGS.find((encoding) => offered.includes(encoding)) ?? null;
}

function createCompressor(encoding: Encoding): Transform {
  switch (encoding) {
    case 'gzip':
      return createGzip({ level: 3 });
    case 'deflate':
      return createDeflate({ level: 3 });
    case 'br':
      return createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: 3 } });
    case 'zstd':
      return createZstdCompress();
  }
}
