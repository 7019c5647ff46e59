import { Session } from 'node:inspector/promises';
import { GCProfiler } from 'node:v8';
import { isMainThread } from 'node:worker_threads';
import { type HeapTurns, heapWorkOf } from './heap-work.ts';
import type { FromProbe, ToProbe } from './probe-messages.ts';
import { partsOf } from './profile-parts.ts';

/**
 * Loaded into a process before its own code (`--import`): says over the IPC channel what the process used between
 * two questions. Asking from outside would not tell threads, pauses and allocation apart.
 */
const SAMPLE_MICROSECONDS = 250;
const collector = new GCProfiler();
const session = new Session();
let process0 = process.cpuUsage();
let thread0 = process.threadCpuUsage();

function begin(): void {
  collector.start();
  process0 = process.cpuUsage();
  thread0 = process.threadCpuUsage();
}

function end(): FromProbe {
  const all = process.cpuUsage(process0);
  const main = process.threadCpuUsage(thread0);
  const turns: HeapTurns = collector.stop();
  return {
    probe: 'usage',
    cpuMicros: all.user + all.system,
    mainMicros: main.user + main.system,
    ...heapWorkOf(turns),
  };
}

async function beginProfile(): Promise<void> {
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: SAMPLE_MICROSECONDS });
  await session.post('Profiler.start');
}

async function endProfile(): Promise<FromProbe> {
  const { profile } = await session.post('Profiler.stop');
  session.disconnect();
  return { probe: 'profile', parts: partsOf(profile) };
}

const say = (message: FromProbe) => process.send?.(message);

if (isMainThread) {
  process.on('message', async (message: ToProbe) => {
    switch (message.probe) {
      case 'begin':
        begin();
        return say({ probe: 'begun' });
      case 'end':
        return say(end());
      case 'beginProfile':
        await beginProfile();
        return say({ probe: 'begun' });
      case 'endProfile':
        return say(await endProfile());
    }
  });
}
