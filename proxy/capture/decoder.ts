import * as zlib from 'node:zlib';

/** Undoes a content encoding as the bytes flow by. Reports once, after its last output. */
export interface Decoder {
  write(chunk: NonSharedBuffer): void;
  /** `sound` is false where the bytes could not be read to their end: damaged, a bomb, or faster than we decode. */
  end(done: (sound: boolean) => void): void;
}

const { Z_SYNC_FLUSH, BROTLI_OPERATION_FLUSH, ZSTD_e_flush } = zlib.constants;
/** No honest text shrinks further; a bomb's few bytes would keep us busy for minutes. */
const MAX_RATIO = 200;
const MAX_SMALL_OUTPUT = 64 * 1024 ** 2;
const MAX_QUEUED = 32 * 1024 ** 2;

/** Null for an encoding, or a list of encodings, that is not ours to read. */
export function createDecoder(contentEncoding: string, onBytes: (bytes: NonSharedBuffer) => void): Decoder | null {
  const stream = streamFor(contentEncoding.trim().toLowerCase());
  if (stream === null) return null;
  let written = 0;
  let made = 0;
  let sound = true;
  let finished = false;
  let report: ((sound: boolean) => void) | null = null;
  const finish = () => {
    if (finished) return;
    finished = true;
    report?.(sound);
  };
  const giveUp = () => {
    sound = false;
    stream.destroy();
    finish();
  };
  stream.on('data', (bytes: NonSharedBuffer) => {
    made += bytes.length;
    if (made > MAX_SMALL_OUTPUT && made > written * MAX_RATIO) giveUp();
    else onBytes(bytes);
  });
  stream.on('end', finish);
  stream.on('error', giveUp);
  stream.on('close', finish);
  return {
    write(chunk) {
      if (finished) return;
      written += chunk.length;
      stream.write(chunk);
      if (stream.writableLength > MAX_QUEUED) giveUp();
    },
    end(done) {
      if (finished) return done(sound);
      report = done;
      stream.end();
    },
  };
}

function streamFor(encoding: string) {
  switch (encoding) {
    case 'gzip':
    case 'x-gzip':
      return zlib.createGunzip({ finishFlush: Z_SYNC_FLUSH });
    case 'deflate':
      return zlib.createInflate({ finishFlush: Z_SYNC_FLUSH });
    case 'br':
      return zlib.createBrotliDecompress({ finishFlush: BROTLI_OPERATION_FLUSH });
    case 'zstd':
      return zlib.createZstdDecompress({ finishFlush: ZSTD_e_flush });
    default:
      return null;
  }
}
