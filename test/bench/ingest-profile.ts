import type { Profiler } from 'node:inspector';

/** Which step of ingest a function works for, by where its script lies. First match wins. */
const places: readonly (readonly [RegExp, string])[] = [
  [/\/node_modules\/kafkajs\/|\/kafka\/client/, 'fetch (kafkajs)'],
  [/\/node_modules\/@clickhouse\/|\/clickhouse\//, 'insert'],
  [/\/ingest\/(?:source|journal|partitions)\/|\/kafka\//, 'marks, slices, offsets'],
  [/\/domain\/exchange/, 'decode the message'],
  [/\/ingest\/steps\/body-content|\/domain\/(?:encoding|cut-text)/, 'bodies as text'],
  [/\/domain\/usage\/|\/ingest\/steps\/(?:parse|usage)/, 'parse and usage'],
  [/\/domain\/tokens\/|\/ingest\/steps\/tokens/, 'tokens'],
  [/\/domain\/(?:prices|money)|\/ingest\/steps\/price|genai-prices/, 'price'],
  [/\/ingest\/steps\/|\/ingest\/prepare/, 'rows'],
  [/\/ingest\/metrics|prom-client/, 'metrics'],
];

/** Node's own code counts for whoever called it, and for these where nobody of ours did. */
const ground: readonly (readonly [RegExp, string])[] = [
  [/^node:(?:internal\/)?zlib/, 'fetch (kafkajs)'],
  [/^node:internal\/(?:modules|deps|vm|process|main)|^node:module/, 'starting'],
  [/^node:(?:internal\/)?(?:net|stream|_?http|buffer|events|timers|async_hooks|process)/, 'sockets and timers'],
];

const engine: ReadonlyMap<string, string> = new Map([
  ['(garbage collector)', 'garbage collector'],
  ['(program)', 'system calls and engine'],
  ['(idle)', ''],
]);

/** Shares of all samples that were not idle, largest first. */
export function stepsOf({ nodes, samples = [] }: Profiler.Profile): [step: string, share: number][] {
  const parents = new Map(nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node.id])));
  const frames = new Map(nodes.map((node) => [node.id, node.callFrame]));
  const known = new Map<number, string>();
  const stepOf = (id: number | undefined): string => {
    if (id === undefined) return 'other';
    const before = known.get(id);
    if (before !== undefined) return before;
    const { functionName = '', url = '' } = frames.get(id) ?? {};
    const place = places.find(([pattern]) => pattern.test(url))?.[1];
    const above = engine.get(functionName) ?? place ?? stepOf(parents.get(id));
    const step = above === 'other' ? (ground.find(([pattern]) => pattern.test(url))?.[1] ?? above) : above;
    known.set(id, step);
    return step;
  };
  const busy = samples.map(stepOf).filter((step) => step !== '');
  const counts = Map.groupBy(busy, (step) => step);
  return [...counts]
    .map(([step, all]): [string, number] => [step, all.length / Math.max(1, busy.length)])
    .sort(([, one], [, other]) => other - one);
}
