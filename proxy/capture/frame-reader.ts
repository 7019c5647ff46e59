import { Writable } from 'node:stream';
import { extension, PerMessageDeflate, Receiver } from 'ws';
import type { CaptureMemory } from './memory.ts';

/** The parts of `ws` that read frames, which its types leave out. */
declare module 'ws' {
  interface ReceiverOptions {
    isServer: boolean;
    extensions: Record<string, PerMessageDeflate>;
    maxPayload: number;
    skipUTF8Validation: boolean;
  }
  class Receiver extends Writable {
    constructor(options: ReceiverOptions);
  }
  class PerMessageDeflate {
    static readonly extensionName: string;
    constructor(options: { isServer: boolean; maxPayload: number });
    accept(configurations: Record<string, unknown>[]): void;
    cleanup(): void;
  }
  const extension: { parse(header: string): Record<string, Record<string, unknown>[]> };
}

export interface FrameEvents {
  message(data: Buffer, isBinary: boolean): void;
  close(code: number, reason: string): void;
}

/** Reads one direction of a WebSocket as it flows by. */
export interface FrameReader {
  push(chunk: Uint8Array): void;
  /** Reports once what was pushed is read; `sound` is false where it could not be read to its end. */
  end(done: (sound: boolean) => void): void;
}

/** OpenAI takes events of up to 15 MiB. */
const MAX_MESSAGE = 16 * 1024 ** 2;

/** `extensions` as the provider accepted them: null where one is among them that is not known here. */
export function createFrameReader(
  from: 'app' | 'provider',
  extensions: string | undefined,
  memory: CaptureMemory,
  events: FrameEvents,
): FrameReader | null {
  // Frames are read as their receiver does: those of the app are masked.
  const isServer = from === 'app';
  const deflate = readExtensions(extensions, isServer);
  if (deflate === 'unknown') return null;
  const known: Record<string, PerMessageDeflate> =
    deflate === null ? {} : { [PerMessageDeflate.extensionName]: deflate };
  const receiver = new Receiver({ isServer, extensions: known, maxPayload: MAX_MESSAGE, skipUTF8Validation: true });
  let held = 0;
  let isOver = false;
  let sound = true;
  let report: ((sound: boolean) => void) | null = null;

  function settle(bytes: number): void {
    memory.give(held - bytes);
    held = bytes;
  }
  function finish(): void {
    if (isOver && report === null) return;
    isOver = true;
    settle(0);
    report?.(sound);
    report = null;
  }
  function giveUp(): void {
    sound = false;
    receiver.destroy();
    finish();
  }

  receiver.on('message', (data: Buffer, isBinary: boolean) => {
    settle(receiver.writableLength);
    events.message(data, isBinary);
  });
  receiver.on('conclude', (code: number, reason: Buffer) => {
    events.close(code, reason.toString());
  });
  receiver.on('finish', () => {
    // Of one that is still at work this would take the ground from under its callback.
    deflate?.cleanup();
    finish();
  });
  receiver.on('error', giveUp);

  return {
    push(chunk) {
      if (isOver || receiver.writableEnded) return;
      if (!memory.take(chunk.length)) {
        giveUp();
        return;
      }
      held += chunk.length;
      // It takes the mask off where the bytes stand, and these are still on their way.
      receiver.write(isServer ? Buffer.from(chunk) : chunk);
    },
    end(done) {
      if (isOver) {
        done(sound);
        return;
      }
      report = done;
      receiver.end();
    },
  };
}

function readExtensions(header: string | undefined, isServer: boolean): PerMessageDeflate | null | 'unknown' {
  if (header === undefined || header.trim() === '') return null;
  try {
    const { [PerMessageDeflate.extensionName]: accepted, ...others } = extension.parse(header);
    if (accepted === undefined || Object.keys(others).length > 0) return 'unknown';
    const deflate = new PerMessageDeflate({ isServer, maxPayload: MAX_MESSAGE });
    deflate.accept(accepted);
    return deflate;
  } catch {
    return 'unknown';
  }
}
