import type { Bucket, Usage } from './facts.ts';
import { withinOf } from './reader.ts';

/** Two usages in one; a bucket that one of them does not know keeps what the other knows. */
export function addUsage(one: Usage, other: Usage): Usage {
  const plus = (bucket: Bucket) => {
    const [a, b] = [one[bucket], other[bucket]];
    return a === null ? b : a + (b ?? 0);
  };
  const share = (name: keyof NonNullable<Usage['within']>) => (one.within?.[name] ?? 0) + (other.within?.[name] ?? 0);
  return {
    input: plus('input'),
    cacheRead: plus('cacheRead'),
    cacheWrite5m: plus('cacheWrite5m'),
    cacheWrite1h: plus('cacheWrite1h'),
    output: plus('output'),
    reasoning: plus('reasoning'),
    audioInput: plus('audioInput'),
    audioOutput: plus('audioOutput'),
    image: plus('image'),
    ...withinOf({
      inputImage: share('inputImage'),
      cacheReadAudio: share('cacheReadAudio'),
      cacheReadImage: share('cacheReadImage'),
    }),
  };
}
