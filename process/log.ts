import { type Logger, pino } from 'pino';

export type { Logger };

/** One JSON line per event on stderr, so that stdout stays for what a command was asked to print. */
export function createLog(name: string, level: string): Logger {
  return pino({ name, level, base: { name, pid: process.pid } }, pino.destination({ fd: 2, sync: false }));
}
