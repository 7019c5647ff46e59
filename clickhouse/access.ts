import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { SpendlensError } from '../domain/error.ts';

/** PEM texts. The certificate is the client's own, for a server that asks for one. */
export interface WarehouseTls {
  readonly ca: string | null;
  readonly client: { readonly cert: string; readonly key: string } | null;
}

const compressions = ['none', 'gzip', 'zstd'] as const;
type Compression = (typeof compressions)[number];

/** How one of our processes reaches its warehouse. */
export interface WarehouseAccess {
  readonly url: string;
  readonly user: string;
  /** Empty with a client certificate: the certificate then says who is asking. */
  readonly password: string;
  readonly tls?: WarehouseTls | null;
  readonly compression?: Compression;
  /** The cluster whose replicas hold the tables; null = plain tables on one server. */
  readonly cluster?: string | null;
}

const schema = z
  .object({
    CLICKHOUSE_URL: z.url({
      protocol: /^https?$/,
      error: 'expected the address of a ClickHouse server, http:// or https://',
    }),
    CLICKHOUSE_USER: z.string().default('default'),
    CLICKHOUSE_PASSWORD: z.string().default(''),
    CLICKHOUSE_CA: z.string().optional(),
    CLICKHOUSE_CERT: z.string().optional(),
    CLICKHOUSE_KEY: z.string().optional(),
    CLICKHOUSE_COMPRESSION: z.enum(compressions).default('none'),
    CLICKHOUSE_CLUSTER: z
      .string()
      .regex(/^[\w.-]{1,100}$/, 'expected a name of letters, digits, dots, underscores and hyphens')
      .optional(),
  })
  .superRefine((values, context) => {
    const fault = (name: keyof typeof values, message: string) =>
      context.addIssue({ code: 'custom', path: [name], message });
    for (const name of ['CLICKHOUSE_CA', 'CLICKHOUSE_CERT', 'CLICKHOUSE_KEY'] as const) {
      if (values[name] !== undefined && !values.CLICKHOUSE_URL.startsWith('https:'))
        fault(name, `means nothing while CLICKHOUSE_URL does not begin with https://`);
    }
    if ((values.CLICKHOUSE_CERT === undefined) !== (values.CLICKHOUSE_KEY === undefined)) {
      const missing = values.CLICKHOUSE_CERT === undefined ? 'CLICKHOUSE_CERT' : 'CLICKHOUSE_KEY';
      fault(missing, 'certificate and key go together');
    }
  });

type Env = Readonly<Record<string, string | undefined>>;

/** @throws SpendlensError config_invalid that names each variable at fault; secrets are not repeated */
export function readWarehouseAccess(env: Env): WarehouseAccess {
  // An empty variable is how compose files and shells spell "not set".
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new SpendlensError('config_invalid', faults.join('\n'));
  }
  const values = parsed.data;
  return {
    url: values.CLICKHOUSE_URL,
    user: values.CLICKHOUSE_USER,
    password: values.CLICKHOUSE_PASSWORD,
    tls: readTls(values),
    compression: values.CLICKHOUSE_COMPRESSION,
    cluster: values.CLICKHOUSE_CLUSTER ?? null,
  };
}

function readTls({ CLICKHOUSE_CA, CLICKHOUSE_CERT, CLICKHOUSE_KEY }: z.infer<typeof schema>): WarehouseTls | null {
  const ca = CLICKHOUSE_CA === undefined ? null : readPem('CLICKHOUSE_CA', CLICKHOUSE_CA);
  if (CLICKHOUSE_CERT === undefined || CLICKHOUSE_KEY === undefined) return ca === null ? null : { ca, client: null };
  const cert = readPem('CLICKHOUSE_CERT', CLICKHOUSE_CERT);
  return { ca, client: { cert, key: readPem('CLICKHOUSE_KEY', CLICKHOUSE_KEY) } };
}

/** Node takes what is no PEM without a word and then trusts nobody. */
function readPem(variable: string, path: string): string {
  const fault = (reason: string, cause?: unknown) =>
    new SpendlensError('config_invalid', `${variable}: ${reason}`, { cause });
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw fault(`cannot read ${path}: ${cause instanceof Error ? cause.message : String(cause)}`, cause);
  }
  if (!text.includes('-----BEGIN ')) throw fault(`${path} is no PEM file: it has no -----BEGIN line`);
  return text;
}
