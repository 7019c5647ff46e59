import { SpendlensError } from './error.ts';

/** Calendar arithmetic in one IANA time zone. Instants are milliseconds since 1970. */
export interface Zone {
  startOfDay(at: number): number;
  startOfMonth(at: number): number;
  /** Midnight that begins the day `days` after the one that holds `at`. */
  addDays(at: number, days: number): number;
  addMonths(at: number, months: number): number;
  /** 0 = Monday. */
  weekday(at: number): number;
}

interface Day {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

const HOUR = 3_600_000;

/** @throws SpendlensError query_invalid where no such zone is known. */
export function createZone(name: string): Zone {
  const format = formatter(name);

  const offsetAt = (at: number): number => {
    const part = (type: string) => Number(parts.find((each) => each.type === type)?.value ?? '0');
    const parts = format.formatToParts(at);
    const local = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
    return local - Math.floor(at / 1000) * 1000;
  };

  // The offset is that of the instant sought, which is not known yet: tried with the offsets around it. Where the
  // clocks skip midnight (they do, in some zones) the day begins at the first instant that has its date.
  const midnight = ({ year, month, day }: Day): number => {
    const wall = Date.UTC(year, month, day);
    const guesses = [wall - offsetAt(wall - 24 * HOUR), wall - offsetAt(wall + 24 * HOUR)];
    const hits = guesses.filter((guess) => guess + offsetAt(guess) === wall);
    return hits.length > 0 ? Math.min(...hits) : Math.max(...guesses);
  };

  const dayOf = (at: number): Day => {
    const local = new Date(at + offsetAt(at));
    return { year: local.getUTCFullYear(), month: local.getUTCMonth(), day: local.getUTCDate() };
  };

  return {
    startOfDay: (at) => midnight(dayOf(at)),
    startOfMonth: (at) => midnight({ ...dayOf(at), day: 1 }),
    addDays(at, days) {
      const { year, month, day } = dayOf(at);
      return midnight({ year, month, day: day + days });
    },
    addMonths(at, months) {
      const { year, month } = dayOf(at);
      return midnight({ year, month: month + months, day: 1 });
    },
    weekday: (at) => (new Date(at + offsetAt(at)).getUTCDay() + 6) % 7,
  };
}

function formatter(timeZone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone,
      calendar: 'gregory',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch (cause) {
    throw new SpendlensError('query_invalid', `view.timeZone: no time zone is called ${JSON.stringify(timeZone)}`, {
      cause,
    });
  }
}
