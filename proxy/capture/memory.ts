/** What all captures of this process hold together. */
export interface CaptureMemory {
  /** False where it would exceed the limit; then nothing is taken. */
  take(bytes: number): boolean;
  give(bytes: number): void;
  held(): number;
}

export function createCaptureMemory(limit: number): CaptureMemory {
  let held = 0;
  return {
    take(bytes) {
      if (held + bytes > limit) return false;
      held += bytes;
      return true;
    },
    give(bytes) {
      held -= bytes;
    },
    held: () => held,
  };
}
