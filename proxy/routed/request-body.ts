import type { IncomingMessage } from 'node:http';
import { PassThrough, type Readable } from 'node:stream';
import type { Recording } from '../recording.ts';

/** A request's body, read before it is sent on. */
export type RequestBody =
  | { readonly kind: 'whole'; readonly bytes: NonSharedBuffer }
  /** Beyond the limit: it can be sent once, as it comes. */
  | { readonly kind: 'long'; readonly stream: Readable }
  /** The app stopped sending in its middle. */
  | { readonly kind: 'stalled' }
  /** The app went away in its middle. */
  | { readonly kind: 'gone' };

export interface ReadOptions {
  readonly limitBytes: number;
  readonly idleMs: number;
  readonly recording: Recording;
}

export function readRequestBody(req: IncomingMessage, options: ReadOptions): Promise<RequestBody> {
  const { limitBytes, idleMs, recording } = options;
  return new Promise((resolve) => {
    let chunks: NonSharedBuffer[] = [];
    let size = 0;
    const idle = setTimeout(() => settle({ kind: 'stalled' }), idleMs);
    const settle = (body: RequestBody) => {
      clearTimeout(idle);
      resolve(body);
    };
    const onData = (chunk: NonSharedBuffer) => {
      recording.request.push(chunk);
      idle.refresh();
      chunks.push(chunk);
      size += chunk.length;
      if (size <= limitBytes) return;
      req.off('data', onData);
      settle({ kind: 'long', stream: asStream(req, chunks, recording) });
      chunks = [];
    };
    req.on('data', onData);
    req.on('end', () => settle({ kind: 'whole', bytes: Buffer.concat(chunks) }));
    req.on('close', () => settle({ kind: 'gone' }));
    req.on('error', () => settle({ kind: 'gone' }));
  });
}

function asStream(req: IncomingMessage, begun: readonly NonSharedBuffer[], recording: Recording): Readable {
  const stream = new PassThrough();
  for (const chunk of begun) stream.write(chunk);
  req.on('data', (chunk: NonSharedBuffer) => recording.request.push(chunk));
  req.pipe(stream);
  req.on('close', () => {
    if (!req.complete) stream.destroy(new Error('the app went away'));
  });
  return stream;
}
