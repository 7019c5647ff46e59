import { Agent, type OutgoingHttpHeaders, request } from 'node:http';

/** Of an answer before the answer. */
export interface Interim {
  readonly status: number;
  readonly rawHeaders: readonly string[];
}

/** An answer byte by byte, as no convenient client shows it. */
export interface Answer {
  readonly interims: readonly Interim[];
  readonly status: number;
  readonly statusText: string;
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[];
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly trailers: NodeJS.Dict<string>;
  readonly body: Buffer;
  /** False where the connection broke off in the middle of the body. */
  readonly complete: boolean;
}

export interface Call {
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders | readonly string[];
  readonly body?: string | Buffer;
  readonly agent?: Agent;
  /** Told that the headers are there, and of each chunk. */
  readonly onPart?: () => void;
}

const oneOff = new Agent({ keepAlive: false });

/** Rejects where no status line came; an answer that breaks off is not complete. */
export function call(
  url: string,
  { method = 'GET', headers = {}, body, agent = oneOff, onPart }: Call = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    // The path as it stands: a URL object would tidy it up.
    const { hostname, port, origin } = new URL(url);
    const path = url.slice(origin.length);
    let answered = false;
    const interims: Interim[] = [];
    const req = request({ hostname, port, path, method, headers, agent, maxHeaderSize: 1024 * 1024 }, (res) => {
      answered = true;
      onPart?.();
      const chunks: Buffer[] = [];
      res.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        onPart?.();
      });
      res.on('error', () => {});
      res.on('close', () =>
        resolve({
          interims,
          status: res.statusCode ?? 0,
          statusText: res.statusMessage ?? '',
          rawHeaders: res.rawHeaders,
          headers: res.headers,
          trailers: res.trailers,
          body: Buffer.concat(chunks),
          complete: res.complete,
        }),
      );
    });
    req.on('information', ({ statusCode: status, rawHeaders }) => interims.push({ status, rawHeaders }));
    req.on('error', (error) => {
      if (!answered) reject(error);
    });
    req.end(body);
  });
}
