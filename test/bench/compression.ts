import { cpus } from 'node:os';
import { constants, gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { encodeExchange } from '../../domain/encode-exchange.ts';
import { median } from './figures.ts';
import { type SizeLoad, sizeLoads } from './size-loads.ts';

const say = (line: string) => process.stdout.write(`${line}\n`);
const EXCHANGES = 4_000;
const RUNS = 3;

interface Codec {
  readonly name: string;
  readonly pack: (bytes: Buffer) => Buffer;
  readonly unpack: (bytes: Buffer) => Buffer;
}

const zstd = (level: number): Codec => ({
  name: `zstd ${level}`,
  pack: (bytes) => zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: level } }),
  unpack: zstdDecompressSync,
});
const codecs: readonly Codec[] = [
  { name: 'none', pack: (bytes) => bytes, unpack: (bytes) => bytes },
  { name: 'gzip 6', pack: (bytes) => gzipSync(bytes), unpack: gunzipSync },
  zstd(1),
  zstd(3),
  zstd(6),
];

/** Prints what each compression saves and costs, on batches like those that the forwarder sends. */
export function benchCompression(): void {
  say(`${cpus().length} cores, Node ${process.versions.node}; processor time, median of ${RUNS} runs`);
  for (const load of sizeLoads(EXCHANGES)) table(load);
}

function table({ name, exchanges }: SizeLoad): void {
  const encoded = exchanges.map((exchange) => Buffer.from(encodeExchange(exchange)));
  const bytes = encoded.reduce((sum, one) => sum + one.length, 0);
  say(`\n${name}: ${EXCHANGES} exchanges, ${(bytes / EXCHANGES).toFixed(0)} bytes each\n`);
  say('| exchanges per batch | codec | ratio | µs to pack one | µs to unpack one |');
  say('|---|---|---|---|---|');
  for (const perBatch of [1, 20, 200]) {
    const batches = batchesOf(encoded, perBatch);
    for (const codec of codecs) say(rowOf(perBatch, codec, batches, bytes));
  }
}

function batchesOf(encoded: readonly Buffer[], perBatch: number): Buffer[] {
  const count = Math.ceil(encoded.length / perBatch);
  return Array.from({ length: count }, (_, n) => Buffer.concat(encoded.slice(n * perBatch, (n + 1) * perBatch)));
}

function rowOf(perBatch: number, { name, pack, unpack }: Codec, batches: readonly Buffer[], bytes: number): string {
  const packed = batches.map(pack);
  const ratio = bytes / packed.reduce((sum, batch) => sum + batch.length, 0);
  const packing = median(Array.from({ length: RUNS }, () => cpuMicros(() => batches.map(pack))));
  const unpacking = median(Array.from({ length: RUNS }, () => cpuMicros(() => packed.map(unpack))));
  const each = (micros: number) => (micros / EXCHANGES).toFixed(1);
  return `| ${perBatch} | ${name} | ${ratio.toFixed(2)} | ${each(packing)} | ${each(unpacking)} |`;
}

/** Processor time, so that whatever else runs on the machine does not count. */
function cpuMicros(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
