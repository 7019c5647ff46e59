import {
  binaryLine,
  closeLine,
  leftOutLine,
  openingLine,
  textLine,
  type WebSocketParty,
} from '../../domain/websocket-record.ts';
import type { BodyCapture } from './body.ts';

/** For the line that says what was left out. */
const LAST_LINE = 256;

/**
 * Keeps one direction's messages in a body. Where room is short, what `isBulk` holds for goes first: it may take half of
 * it, so that a long session's sound does not push out what tells its cost.
 */
export function createTranscript(body: BodyCapture, from: WebSocketParty, isBulk: (text: string) => boolean) {
  const openedMs = performance.now();
  const leftOut = { messages: 0, bytes: 0, telling: 0 };
  const limit = body.limit - LAST_LINE;
  let kept = 0;
  let bulkEnded = false;

  function write(line: string): void {
    const bytes = Buffer.from(line);
    kept += bytes.length;
    body.push(bytes);
  }
  function leaveOut(bytes: number, isTelling: boolean): void {
    leftOut.messages++;
    leftOut.bytes += bytes;
    if (isTelling) leftOut.telling++;
  }
  const now = () => Math.round(performance.now() - openedMs);

  write(openingLine(from, Date.now()));
  return {
    message(data: Buffer, isBinary: boolean): void {
      const text = isBinary ? '' : data.toString();
      const bulk = isBinary || isBulk(text);
      if (bulk && bulkEnded) {
        leaveOut(data.length, false);
        return;
      }
      const line = isBinary ? binaryLine(from, now(), data.toString('base64')) : textLine(from, now(), text);
      const room = (bulk ? limit / 2 : limit) - kept;
      if (Buffer.byteLength(line) <= room) {
        write(line);
        return;
      }
      if (bulk) bulkEnded = true;
      leaveOut(data.length, !bulk);
    },
    close(code: number, reason: string): void {
      write(closeLine(from, now(), code, reason));
    },
    /** `sound`: all that came could be read. */
    end(sound: boolean): void {
      if (leftOut.messages > 0) body.mark('truncated');
      // How many could not be read is not known, only that there may be some.
      if (!sound) leftOut.telling++;
      if (leftOut.messages > 0 || !sound) write(leftOutLine(leftOut));
    },
  };
}
