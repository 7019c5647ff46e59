import { createServer, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';

/**
 * A provider at its edges, as a process of its own. /sink swallows an upload; /flood answers with as much as is taken;
 * /quiet opens a stream and says nothing; /wake writes to all of these and ends them; /sent tells what the last flood sent;
 * /held opens a stream for good, and /left tells when the last of these was closed, in ms since the epoch.
 */
const piece = Buffer.alloc(1024 ** 2, 'flood ');
const FLOOD_PIECES = 100;
const quiet: ServerResponse[] = [];
let sent = 0;
let leftAt = 0;

function* flood() {
  for (sent = 0; sent < FLOOD_PIECES * piece.length; sent += piece.length) yield piece;
}

const server = createServer((request, response) => {
  switch (request.url) {
    case '/flood':
      Readable.from(flood(), { objectMode: false }).pipe(response);
      return;
    case '/quiet':
      response.write(': open\n\n');
      quiet.push(response);
      return;
    case '/wake':
      for (const [index, stream] of quiet.entries()) stream.end(`data: ${index}\n\n`);
      response.end(String(quiet.length));
      return;
    case '/sent':
      response.end(String(sent));
      return;
    case '/held':
      response.on('close', () => {
        leftAt = Date.now();
      });
      response.write(': open\n\n');
      return;
    case '/left':
      response.end(String(leftAt));
      return;
    default:
      request.resume().on('end', () => response.end('{}'));
  }
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.({ port: typeof address === 'object' ? address?.port : null });
});
