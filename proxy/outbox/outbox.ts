import type { Exchange } from '../../domain/exchange.ts';

/** whole: everything fits; facts: bodies must be dropped first; none: the exchange itself would be refused. */
export type Room = 'whole' | 'facts' | 'none';

/** Stands for an exchange under way. */
export interface Ticket {
  readonly inflight: number;
}

/**
 * The durable, bounded log of one proxy worker, which alone writes it. Nothing here ever throws into the request
 * path: recording is fail-open.
 */
export interface Outbox {
  /** Fresh at every opening; sequence numbers count from 1 under it. */
  readonly id: string;
  /**
   * Notes an arrival. `skeleton` is the exchange as it would be recorded if this process died now
   * (`errorKind: 'aborted'`, no status, no bodies), or makes it where it is needed: most exchanges end before the next
   * commit. Does not wait for the disk.
   */
  begin(skeleton: Exchange | (() => Exchange)): Ticket;
  /**
   * Appends the exchange under the next seq and removes its ticket in one transaction. Resolves true when the
   * commit returned (the exchange is accepted), false when it was dropped and counted. Never rejects. While the disk is
   * full it waits in memory, as long as there is room.
   * Fills `exchange.lost` itself, and needs nothing of the exchange once it has returned its promise.
   */
  end(ticket: Ticket, exchange: Exchange): Promise<boolean>;
  /** Asked before `end`, so that the caller can take the facts and drop the bodies. */
  room(size: number): Room;
  /** A body was dropped for want of room or memory: counted, and told with the next exchange. */
  countShedBody(): void;
  stats(): OutboxStats;
  close(): Promise<void>;
}

export interface OutboxStats {
  /** Exchanges not yet acknowledged by the reader. */
  readonly depth: number;
  /** On the disk; and in memory, waiting for their commit. */
  readonly bytes: number;
  readonly waitingBytes: number;
  readonly inflight: number;
  readonly droppedExchanges: number;
  readonly shedBodies: number;
  /** Age of the oldest entry not yet acknowledged, 0 when empty. */
  readonly lagMs: number;
}
