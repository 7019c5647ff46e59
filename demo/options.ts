import { parseArgs } from 'node:util';
import { z } from 'zod';
import { SpendlensError } from '../domain/error.ts';

export type DemoOptions =
  | { readonly mode: 'help' }
  | { readonly mode: 'remove' }
  | { readonly mode: 'history'; readonly days: number; readonly requests: number; readonly seed: string }
  | { readonly mode: 'live'; readonly minutes: number; readonly rate: number; readonly seed: string };

export const help = `npm run demo                                          live traffic through the proxy, for 2 minutes
npm run demo -- --minutes 10 --rate 20                for 10 minutes, 20 requests a second
npm run demo -- --days 30 --requests 200000           fills the last 30 days
npm run demo -- --remove                              takes all demo rows out again
  --seed TEXT      other users, other traffic; the same seed gives the same again
  --help           this

Demo rows carry kind = 'demo'; the dashboard shows them apart from your own.
`;

const DEFAULT_DAYS = 30;
const REQUESTS_A_DAY = 2_000;

const within = (low: number, high: number, what: string) =>
  z
    .string()
    .regex(/^\d+(\.\d+)?$/, `expected ${what} from ${low} to ${high}`)
    .transform(Number)
    .refine((value) => value >= low && value <= high, `expected ${what} from ${low} to ${high}`);
const whole = (low: number, high: number) =>
  within(low, high, 'a whole number').refine(Number.isInteger, `expected a whole number from ${low} to ${high}`);

const schema = z.object({
  days: within(0.01, 730, 'a number').optional(),
  requests: whole(1, 50_000_000).optional(),
  minutes: within(0.05, 1_440, 'a number').optional(),
  rate: within(0.1, 200, 'a number').optional(),
  seed: z.string().min(1, 'expected some text').max(100, 'expected at most 100 characters').default('spendlens'),
});

/** @throws SpendlensError config_invalid that names the argument. */
export function readOptions(args: readonly string[]): DemoOptions {
  const values = parse(args);
  if (values.help) return { mode: 'help' };
  const parsed = schema.safeParse(values);
  if (!parsed.success) {
    throw invalid(parsed.error.issues.map(({ path, message }) => `--${path.join('.')}: ${message}`).join('\n'));
  }
  const { days, requests, minutes, rate, seed } = parsed.data;
  const fills = days !== undefined || requests !== undefined;
  const lives = minutes !== undefined || rate !== undefined;
  if (values.remove) {
    if (fills || lives) throw invalid('--remove takes all demo rows out; it goes with no other argument');
    return { mode: 'remove' };
  }
  if (fills && lives) throw invalid('--days and --requests fill the past, --minutes and --rate run now: give one pair');
  if (!fills) return { mode: 'live', minutes: minutes ?? 2, rate: rate ?? 8, seed };
  const span = days ?? DEFAULT_DAYS;
  return { mode: 'history', days: span, requests: requests ?? Math.max(1, Math.round(span * REQUESTS_A_DAY)), seed };
}

function parse(args: readonly string[]) {
  try {
    const text = { type: 'string' } as const;
    const flag = { type: 'boolean' } as const;
    const options = { days: text, requests: text, minutes: text, rate: text, seed: text, remove: flag, help: flag };
    return parseArgs({ args: [...args], options, allowPositionals: false }).values;
  } catch (cause) {
    const [reason = ''] = (cause instanceof Error ? cause.message : String(cause)).split('. ');
    throw invalid(`${reason}; --help lists what there is`);
  }
}

const invalid = (message: string): SpendlensError => new SpendlensError('config_invalid', message);
