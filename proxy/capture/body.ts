import type { BodyFlag, CapturedBody } from '../../domain/exchange.ts';
import { createDecoder, type Decoder } from './decoder.ts';
import { HeadAndTail } from './head-and-tail.ts';
import type { CaptureMemory } from './memory.ts';

const MANY_CHUNKS = 512;
/** What is kept of a body that there is no memory for, so that its usage can still be read. */
const SHED_HEAD = 16 * 1024;
const SHED_TAIL = 48 * 1024;

/** One direction of an exchange as it flows by. Keeps references to chunks, never copies or holds up any. */
export class BodyCapture {
  size = 0;
  readonly #memory: CaptureMemory;
  readonly #limit: number;
  readonly #flags: BodyFlag[] = [];
  #contentType: string | null = null;
  #contentEncoding: string | null = null;
  #chunks: NonSharedBuffer[] = [];
  #kept = 0;
  #cut: HeadAndTail | null = null;
  #decoder: Decoder | null = null;

  constructor(memory: CaptureMemory, limit: number) {
    this.#memory = memory;
    this.#limit = limit;
  }

  /** Must be called before the first chunk: what is cut has to be decoded. */
  describe(contentType: string | undefined, contentEncoding: string | undefined): void {
    this.#contentType = contentType ?? null;
    this.#contentEncoding = contentEncoding === undefined || contentEncoding === 'identity' ? null : contentEncoding;
  }

  push(chunk: NonSharedBuffer): void {
    this.size += chunk.length;
    if (this.#cut) {
      this.#pushCut(chunk);
      return;
    }
    if (this.#kept + chunk.length > this.#limit) this.#startCut('truncated', this.#limit / 2, this.#limit / 2);
    else if (!this.#memory.take(chunk.length)) this.#startCut('shed', SHED_HEAD, SHED_TAIL);
    if (this.#cut) {
      this.#pushCut(chunk);
      return;
    }
    this.#chunks.push(chunk);
    this.#kept += chunk.length;
    // A buffer object costs more than the few bytes of a stream's token.
    if (this.#chunks.length > MANY_CHUNKS) this.#chunks = [Buffer.concat(this.#chunks)];
  }

  /** Of a body that was shortened before it came here. */
  mark(flag: BodyFlag): void {
    this.#flags.push(flag);
  }

  get limit(): number {
    return this.#limit;
  }

  /** True where the body stands as it came over the wire. */
  get isWhole(): boolean {
    return this.#cut === null;
  }

  /** The body so far; of one that is whole. */
  take(): CapturedBody {
    return this.#body(this.#joined(), null);
  }

  /** The body so far, once the decoder has caught up. */
  takeCut(done: (body: CapturedBody) => void): void {
    const cut = this.#cut;
    const finish = () => {
      const { head, tail } = cut === null ? { head: this.#joined(), tail: null } : cut.take();
      done(this.#body(head, tail));
    };
    if (this.#decoder === null) {
      finish();
      return;
    }
    this.#decoder.end((sound) => {
      if (!sound) this.#flags.push('undecodable');
      this.#contentEncoding = null;
      finish();
    });
  }

  /** Gives the memory back, once nobody needs the bytes any more. */
  release(): void {
    this.#memory.give(this.#kept);
    this.#kept = 0;
    this.#chunks = [];
  }

  #joined(): NonSharedBuffer {
    const [only] = this.#chunks;
    return this.#chunks.length === 1 && only ? only : Buffer.concat(this.#chunks);
  }

  #startCut(flag: BodyFlag, headLimit: number, tailLimit: number): void {
    const cut = new HeadAndTail(Math.floor(headLimit), Math.floor(tailLimit));
    this.#cut = cut;
    this.#flags.push(flag);
    if (this.#contentEncoding !== null) {
      this.#decoder = createDecoder(this.#contentEncoding, (bytes) => cut.push(bytes));
      if (this.#decoder === null) this.#flags.push('undecodable');
    }
    for (const chunk of this.#chunks) this.#pushCut(chunk);
    this.#chunks = [];
    if (flag !== 'shed') return;
    this.#memory.give(this.#kept);
    this.#kept = 0;
  }

  #pushCut(chunk: NonSharedBuffer): void {
    if (this.#decoder) this.#decoder.write(chunk);
    else this.#cut?.push(chunk);
  }

  #body(head: NonSharedBuffer, tail: NonSharedBuffer | null): CapturedBody {
    return {
      size: this.size,
      head,
      tail,
      contentType: this.#contentType,
      contentEncoding: this.#contentEncoding,
      flags: [...this.#flags],
    };
  }
}
