import type { ServerResponse } from 'node:http';

/** An answer before the answer, such as 103. */
export interface Interim {
  readonly status: number;
  readonly statusText: string;
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[];
}

/** As it came. An app that speaks HTTP/1.0 knows none, and after the answer's own headers it would be read as a part of it. */
export function writeInterim(res: ServerResponse, { status, statusText, rawHeaders }: Interim): void {
  if (res.req.httpVersionMinor === 0 || res.headersSent || !res.socket) return;
  let head = `HTTP/1.1 ${status} ${statusText}\r\n`;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) head += `${rawHeaders[i]}: ${rawHeaders[i + 1]}\r\n`;
  res.socket.write(`${head}\r\n`, 'latin1');
}
