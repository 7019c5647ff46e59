const MANY_CHUNKS = 512;

/** Keeps the beginning and the end of what flows by, in bounded memory. */
export class HeadAndTail {
  readonly #headLimit: number;
  readonly #tailLimit: number;
  #head: NonSharedBuffer[] = [];
  #headSize = 0;
  #tail: NonSharedBuffer[] = [];
  #tailSize = 0;
  #first = 0;
  #dropped = false;

  constructor(headLimit: number, tailLimit: number) {
    this.#headLimit = headLimit;
    this.#tailLimit = tailLimit;
  }

  push(chunk: NonSharedBuffer): void {
    const room = this.#headLimit - this.#headSize;
    if (room >= chunk.length) this.#pushHead(chunk);
    else if (room > 0) {
      this.#pushHead(chunk.subarray(0, room));
      this.#pushTail(chunk.subarray(room));
    } else this.#pushTail(chunk);
  }

  /** `tail` is null where nothing had to be dropped between. */
  take(): { head: NonSharedBuffer; tail: NonSharedBuffer | null } {
    const tail = this.#tail.slice(this.#first);
    if (!this.#dropped) return { head: Buffer.concat([...this.#head, ...tail]), tail: null };
    const end = Buffer.concat(tail);
    return { head: Buffer.concat(this.#head), tail: end.subarray(Math.max(0, end.length - this.#tailLimit)) };
  }

  #pushHead(chunk: NonSharedBuffer): void {
    this.#head.push(chunk);
    this.#headSize += chunk.length;
    if (this.#head.length > MANY_CHUNKS) this.#head = [Buffer.concat(this.#head)];
  }

  #pushTail(chunk: NonSharedBuffer): void {
    this.#tail.push(chunk);
    this.#tailSize += chunk.length;
    for (let next = this.#tail[this.#first]; next; next = this.#tail[this.#first]) {
      if (this.#tailSize - next.length < this.#tailLimit) break;
      this.#tailSize -= next.length;
      this.#first++;
      this.#dropped = true;
    }
    // Taking from the front one by one would make long streams of small chunks quadratic, and keeping each as a
    // buffer of its own costs more than its bytes.
    if (this.#first > MANY_CHUNKS) this.#forgetDropped();
    if (this.#tail.length - this.#first > 2 * MANY_CHUNKS) this.#tail = this.#joined();
    if (this.#tailSize > this.#tailLimit) this.#dropped = true;
  }

  #forgetDropped(): void {
    this.#tail = this.#tail.slice(this.#first);
    this.#first = 0;
  }

  /** Pieces of a size that can still be dropped one by one. */
  #joined(): NonSharedBuffer[] {
    const live = this.#tail.slice(this.#first);
    this.#first = 0;
    const pieces: NonSharedBuffer[] = [];
    for (let i = 0; i < live.length; i += MANY_CHUNKS) pieces.push(Buffer.concat(live.slice(i, i + MANY_CHUNKS)));
    return pieces;
  }
}
