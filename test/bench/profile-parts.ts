import type { Profiler } from 'node:inspector';
import type { Parts } from './probe-messages.ts';

/** Which part of the process a function belongs to, by where its script lies. First match wins. */
const places: readonly (readonly [RegExp, string])[] = [
  [/\/node_modules\/(?:http-proxy-middleware|httpxy)\//, 'http-proxy-middleware'],
  [/\/node_modules\/(?:msgpackr|msgpackr-extract)\//, 'encode'],
  [/\/domain\/(?:exchange|encode-exchange|message-pack)\./, 'encode'],
  [/\/node_modules\/(?:lmdb|ordered-binary|weak-lru-cache)\//, 'lmdb'],
  [/\/proxy\/outbox\//, 'outbox'],
  [/\/node_modules\/prom-client\//, 'metrics'],
  [/\/node_modules\/(?:debug|is-extendable)\//, 'http-proxy-middleware'],
  [/\/node_modules\//, 'express'],
  [/\/test\/bench\/probe/, 'measuring'],
  [/^file:.*\/(?:proxy|domain|process)\//, 'capture'],
  [/^node:(?:internal\/)?_?http/, 'node http'],
  [/^node:(?:internal\/)?(?:net|stream|tls|dgram)|^node:internal\/(?:streams|stream_base)/, 'node net and streams'],
  [/^node:(?:internal\/)?(?:timers|process|async_hooks)/, 'node timers and ticks'],
  [/^node:/, 'node, other'],
];

/** Engine work that stands in no script; the rest without a script counts for whoever called it. */
const engine: ReadonlyMap<string, string> = new Map([
  ['(garbage collector)', 'garbage collector'],
  ['(program)', 'native code and system calls'],
  ['(idle)', ''],
]);

/** Shares of all samples that were not idle. */
export function partsOf(profile: Profiler.Profile): Parts {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const parentOf = new Map(profile.nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node.id])));
  const parts = new Map<number, string>();
  const partOf = (id: number | undefined): string => {
    if (id === undefined) return 'native code and system calls';
    const known = parts.get(id);
    if (known !== undefined) return known;
    const { functionName = '', url = '' } = nodes.get(id)?.callFrame ?? {};
    const place = places.find(([pattern]) => url !== '' && pattern.test(url))?.[1];
    const part = engine.get(functionName) ?? place ?? partOf(parentOf.get(id));
    parts.set(id, part);
    return part;
  };
  const counts: Record<string, number> = {};
  let busy = 0;
  for (const sample of profile.samples ?? []) {
    const part = partOf(sample);
    if (part === '') continue;
    busy++;
    counts[part] = (counts[part] ?? 0) + 1;
  }
  return Object.fromEntries(Object.entries(counts).map(([part, count]) => [part, count / Math.max(1, busy)]));
}
