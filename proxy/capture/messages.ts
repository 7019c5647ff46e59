import type { WebSocketParty } from '../../domain/websocket-record.ts';
import type { Recording } from '../recording.ts';
import type { BodyCapture } from './body.ts';
import { createFrameReader } from './frame-reader.ts';
import type { CaptureMemory } from './memory.ts';
import { createTranscript } from './transcript.ts';

export interface MessageRecord {
  fromApp(chunk: Uint8Array): void;
  fromProvider(chunk: Uint8Array): void;
  /** Once all that came stands in the bodies. */
  end(done: () => void): void;
}

/** Keeps what goes each way over a WebSocket as the two bodies of its exchange. */
export function recordMessages(
  recording: Recording,
  extensions: string | undefined,
  memory: CaptureMemory,
  isBulk: (text: string) => boolean,
): MessageRecord {
  const app = recordDirection('app', recording.request, () => {});
  const provider = recordDirection('provider', recording.response, () => recording.answerBegan());

  function recordDirection(from: WebSocketParty, body: BodyCapture, onMessage: () => void) {
    const transcript = createTranscript(body, from, isBulk);
    const reader = createFrameReader(from, extensions, memory, {
      message(data, isBinary) {
        onMessage();
        transcript.message(data, isBinary);
      },
      close: transcript.close,
    });
    return {
      push: (chunk: Uint8Array) => reader?.push(chunk),
      end(done: () => void) {
        const finish = (sound: boolean) => {
          if (!sound) body.mark('undecodable');
          transcript.end(sound);
          done();
        };
        if (reader === null) finish(false);
        else reader.end(finish);
      },
    };
  }

  return {
    fromApp: app.push,
    fromProvider: provider.push,
    end: (done) => app.end(() => provider.end(done)),
  };
}
