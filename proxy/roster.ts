/** A place in a roster; its owner gives it back. */
export interface Seat<T> {
  readonly who: T;
  index: number;
}

/** What is under way now, in no order. */
export interface Roster<T> {
  take(who: T): Seat<T>;
  /** Of a seat that was given back already, nothing. */
  leave(seat: Seat<unknown>): void;
  /** As they are taken now; whoever leaves meanwhile may be among them still. */
  seats(): Seat<T>[];
  size(): number;
}

/**
 * Not a Map or a Set: each time one of them makes itself a new table it leaves the old one behind, linked to the new
 * one. Once such a table has grown old, all later ones, and every request that stood in them, survive each quick
 * collection: half of what requests allocate was copied that way, at 14 µs each.
 */
export function createRoster<T>(): Roster<T> {
  const seats: Seat<T>[] = [];
  return {
    take(who) {
      const seat = { who, index: seats.length };
      seats.push(seat);
      return seat;
    },
    leave(seat) {
      const { index } = seat;
      if (index < 0) return;
      seat.index = -1;
      const last = seats.pop();
      if (last === undefined || last === seat) return;
      seats[index] = last;
      last.index = index;
    },
    seats: () => [...seats],
    size: () => seats.length,
  };
}
