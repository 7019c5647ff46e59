import { isIP } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import { SpendlensError } from '../domain/error.ts';
import { acknowledgementPath } from './outbox/acknowledgement.ts';
import type { StoreSettings } from './shared/open-store.ts';

const MIB = 1024 ** 2;
/** Empty counts as absent: that is how shells and compose files pass on what is not set. */
const optional = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === '' ? undefined : value), schema);

/** Bytes, or a number with a unit: `4194304`, `4MiB`, `2 GiB`. */
const byteSize = z
  .string()
  .regex(/^\d+(?:\.\d+)?\s*(?:[KMG]i?B?|B)?$/i, 'expected a size such as 4194304, 512KiB, 4MiB or 2GiB')
  .transform(toBytes);

const schema = z.object({
  SPENDLENS_DATA: z.string({ error: 'expected the path of the data folder' }).min(1),
  SPENDLENS_CONFIG: optional(z.string().optional()),
  SPENDLENS_DASHBOARD_URL: optional(
    z.url({ protocol: /^https?$/, error: 'expected an http:// or https:// URL' }).optional(),
  ),
  SPENDLENS_TOKEN: optional(z.string().optional()),
  SPENDLENS_PROXY_HOST: optional(z.string().default('127.0.0.1')),
  SPENDLENS_PROXY_PORT: optional(z.coerce.number().int().min(0).max(65_535).default(8787)),
  SPENDLENS_PROXY_FD: optional(z.coerce.number().int().min(3).optional()),
  SPENDLENS_WORKER: optional(
    z
      .string()
      .regex(/^(?:\d{1,3}|demo-[a-z0-9]{1,16})$/, 'expected the number of a slot, 0 to 999')
      .default('0'),
  ),
  SPENDLENS_ADOPT_FROM: optional(z.coerce.number().int().min(1).optional()),
  SPENDLENS_CAPTURE_LIMIT: optional(byteSize.default(4 * MIB)),
  SPENDLENS_CAPTURE_TOTAL: optional(byteSize.default(256 * MIB)),
  REDIS_URL: optional(
    z
      .string()
      .regex(/^rediss?:\/\/./, 'expected redis://… or rediss://…')
      .default(''),
  ),
  SPENDLENS_WORKERS: optional(z.coerce.number().int().min(1).default(1)),
  SPENDLENS_CACHE_LIMIT: optional(byteSize.default(512 * MIB)),
  SPENDLENS_ROUTED_BODY_LIMIT: optional(byteSize.default(16 * MIB)),
  SPENDLENS_OUTBOX_LIMIT: optional(byteSize.default(2048 * MIB)),
  KAFKA_BROKERS: optional(z.string().optional()),
  SPENDLENS_DRAIN_SECONDS: optional(z.coerce.number().min(0).max(86_400).default(7.7)),
  SPENDLENS_PROXY_KEY: optional(
    z
      .string()
      .regex(/^[\w.~-]{16,256}$/, 'expected 16 to 256 characters of A–Z, a–z, 0–9, dot, hyphen, underscore, tilde')
      .optional(),
  ),
});

export interface ProxySettings {
  readonly data: string;
  /** Where experiments are asked for; null = of the dashboard that runs on the same data folder. */
  readonly dashboard: { readonly url: string; readonly token: string } | null;
  readonly configPath: string | null;
  readonly host: string;
  readonly port: number;
  /** A socket that the supervisor has bound already. */
  readonly fd: number | null;
  readonly outboxes: string;
  readonly outboxFolder: string;
  /** Slots from this one on have no worker of their own and are this one's to look after; null = not its business. */
  readonly adoptFrom: number | null;
  readonly acknowledgementPath: string;
  readonly captureLimit: number;
  readonly captureTotal: number;
  readonly outboxLimit: number;
  /** Of a request that may have to be sent more than once. */
  readonly routedBodyLimit: number;
  readonly store: StoreSettings;
  readonly proxyKey: string | null;
  /** How long what is under way may go on after SIGTERM. */
  readonly drainMs: number;
}

/** @throws SpendlensError config_invalid that names the variable. */
export function readSettings(env: Readonly<Record<string, string | undefined>>): ProxySettings {
  const parsed = schema.safeParse(env);
  if (!parsed.success)
    throw invalid(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '));
  const values = parsed.data;
  const proxyKey = values.SPENDLENS_PROXY_KEY ?? null;
  if (proxyKey === null && !isLoopback(values.SPENDLENS_PROXY_HOST)) {
    throw invalid(
      `SPENDLENS_PROXY_HOST is ${values.SPENDLENS_PROXY_HOST}, which others can reach: set SPENDLENS_PROXY_KEY too, so that only your apps get through`,
    );
  }
  return {
    configPath: values.SPENDLENS_CONFIG ?? null,
    host: values.SPENDLENS_PROXY_HOST,
    port: values.SPENDLENS_PROXY_PORT,
    fd: values.SPENDLENS_PROXY_FD ?? null,
    data: values.SPENDLENS_DATA,
    dashboard: values.SPENDLENS_DASHBOARD_URL
      ? { url: values.SPENDLENS_DASHBOARD_URL, token: values.SPENDLENS_TOKEN ?? '' }
      : null,
    outboxes: join(values.SPENDLENS_DATA, 'outbox'),
    outboxFolder: join(values.SPENDLENS_DATA, 'outbox', values.SPENDLENS_WORKER),
    adoptFrom: values.SPENDLENS_ADOPT_FROM ?? null,
    acknowledgementPath: acknowledgementPath(values.SPENDLENS_DATA, values.KAFKA_BROKERS !== undefined),
    captureLimit: values.SPENDLENS_CAPTURE_LIMIT,
    captureTotal: values.SPENDLENS_CAPTURE_TOTAL,
    outboxLimit: values.SPENDLENS_OUTBOX_LIMIT,
    routedBodyLimit: values.SPENDLENS_ROUTED_BODY_LIMIT,
    store: {
      redisUrl: values.REDIS_URL,
      workers: values.SPENDLENS_WORKERS,
      folder: join(values.SPENDLENS_DATA, 'cache'),
      limitBytes: values.SPENDLENS_CACHE_LIMIT,
    },
    proxyKey,
    drainMs: values.SPENDLENS_DRAIN_SECONDS * 1000,
  };
}

function isLoopback(host: string): boolean {
  if (host === 'localhost' || host === '::1') return true;
  return isIP(host) === 4 && host.startsWith('127.');
}

function toBytes(text: string): number {
  const [, amount = '0', unit = ''] = /^([\d.]+)\s*([kmg]?)/i.exec(text) ?? [];
  const power = ['', 'k', 'm', 'g'].indexOf(unit.toLowerCase());
  return Math.floor(Number(amount) * 1024 ** power);
}

function invalid(message: string): SpendlensError {
  return new SpendlensError('config_invalid', message);
}
