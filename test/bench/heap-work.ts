import type { GCProfiler } from 'node:v8';
import type { HeapWork } from './probe-messages.ts';

export type HeapTurns = ReturnType<GCProfiler['stop']>;

/** What was allocated is what the heap grew by between one collection's end and the next one's beginning. */
export function heapWorkOf({ statistics }: HeapTurns): HeapWork {
  let gcMicros = 0;
  let allocatedBytes = 0;
  let after: number | null = null;
  for (const { beforeGC, afterGC, cost } of statistics) {
    gcMicros += cost;
    if (after !== null) allocatedBytes += Math.max(0, beforeGC.heapStatistics.usedHeapSize - after);
    after = afterGC.heapStatistics.usedHeapSize;
  }
  return { gcMicros, allocatedBytes };
}
