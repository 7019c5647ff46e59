import type { IncomingMessage, Server } from 'node:http';
import type { Recording } from './recording.ts';
import { createRoster } from './roster.ts';

/** For cut exchanges to reach the outbox. */
const SETTLE_MS = 500;

/** Knows what is under way, and brings it to an end. */
export function createDrain() {
  const active = createRoster<{ readonly recording: Recording; readonly req: IncomingMessage }>();
  let draining = false;
  let onIdle: (() => void) | null = null;
  let onSettled: (() => void) | null = null;

  const idle = () =>
    new Promise<void>((resolve) => {
      onIdle = resolve;
      if (active.size() === 0) resolve();
    });
  const within = (promise: Promise<void>, ms: number) => Promise.race([promise, delay(ms)]);

  return {
    isDraining: () => draining,
    begun(recording: Recording, req: IncomingMessage) {
      recording.seat = active.take({ recording, req });
    },
    settled(recording: Recording) {
      if (recording.seat !== null) active.leave(recording.seat);
      onSettled?.();
      if (active.size() === 0) onIdle?.();
    },
    /** Takes nothing new, lets what is under way end, and after the grace cuts it, recorded as `drained`. */
    async run(server: Server, graceMs: number): Promise<void> {
      draining = true;
      server.close();
      // A connection whose answer was under way is idle only now, and would be kept for its next request.
      onSettled = () => setImmediate(() => server.closeIdleConnections());
      await within(idle(), graceMs);
      for (const { who } of active.seats()) {
        const { recording, req } = who;
        recording.failed('drained');
        req.socket.resetAndDestroy();
      }
      await within(idle(), SETTLE_MS);
      server.closeAllConnections();
    },
  };
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
