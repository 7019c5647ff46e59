import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { SpendlensError } from '../domain/error.ts';
import type { Warehouse } from './client.ts';
import { READABLE_PREFIX, READABLE_TABLES, WRITTEN_BY_INGEST } from './embedded/gate/allow.ts';

export interface UserPasswords {
  readonly ingest: string;
  readonly dashboard: string;
  readonly reader: string;
}

/** A password as ClickHouse keeps it: hex of SHA-256 over password and salt. It is what travels, never the password. */
export interface Verifier {
  readonly hash: string;
  readonly salt: string;
}

const GIB = 1024 ** 3;
/**
 * Of one statement of an analyst. The user may ask for less, and since 0 would stand for "no limit", not for 0.
 * Settings may be changed otherwise (readonly = 2): every client sends some.
 */
const READER_LIMITS = {
  max_execution_time: 30,
  max_memory_usage: 2 * GIB,
  max_result_rows: 1_000_000,
  max_result_bytes: GIB / 4,
  max_rows_to_read: 2_000_000_000,
  max_bytes_to_read: 200 * GIB,
  max_concurrent_queries_for_user: 20,
};

export function verifierOf(password: string, salt = randomBytes(16).toString('hex')): Verifier {
  return { hash: createHash('sha256').update(`${password}${salt}`).digest('hex'), salt };
}

/**
 * Three users with what each needs and no more, in statements that can be repeated. A password that changed is changed.
 * `cluster`: null where the users are kept by one server, or by a storage that the servers share.
 */
export function userStatements(
  verifiers: Readonly<Record<keyof UserPasswords, Verifier>>,
  cluster: string | null,
): string[] {
  const on = cluster === null ? '' : ` ON CLUSTER \`${cluster}\``;
  const limits = Object.entries(READER_LIMITS).map(([name, most]) => `${name} = ${most} MIN 1 MAX ${most}`);
  const settings = `SETTINGS readonly = 2 CONST, allow_ddl = 0 CONST, ${limits.join(', ')}`;
  const user = (name: string, { hash, salt }: Verifier, profile: string) => {
    const who = `${name}${on} IDENTIFIED WITH sha256_hash BY '${hash}' SALT '${salt}' SETTINGS PROFILE '${profile}'`;
    return [`CREATE USER IF NOT EXISTS ${who}`, `ALTER USER ${who}`];
  };
  const grant = (to: string, rights: string, what: string) => `GRANT${on} ${rights} ON ${what} TO ${to}`;
  return [
    `CREATE SETTINGS PROFILE IF NOT EXISTS spendlens_read${on} ${settings}`,
    `ALTER SETTINGS PROFILE spendlens_read${on} ${settings}`,
    ...user('spendlens_ingest', verifiers.ingest, 'default'),
    ...user('spendlens_dashboard', verifiers.dashboard, 'default'),
    ...user('spendlens_read', verifiers.reader, 'spendlens_read'),
    grant('spendlens_ingest', 'SELECT, INSERT', 'spendlens.*'),
    // Dead letters that were replayed or given up, and rows of the demo.
    ...['dead_letters', 'attempts', 'bodies', 'scores'].map((table) =>
      grant('spendlens_ingest', 'ALTER DELETE', `spendlens.${table}`),
    ),
    grant('spendlens_dashboard', 'SELECT, INSERT, ALTER UPDATE, ALTER DELETE, TRUNCATE', 'spendlens.*'),
    // It corrects and removes facts, and never adds any.
    ...WRITTEN_BY_INGEST.map((table) => `REVOKE${on} INSERT ON spendlens.${table} FROM spendlens_dashboard`),
    grant('spendlens_dashboard', 'SELECT', 'system.mutations'),
    // Whether the tables are of the kind that CLICKHOUSE_CLUSTER says.
    ...['spendlens_ingest', 'spendlens_dashboard'].map((user) => grant(user, 'SELECT', 'system.clusters')),
    ...[...READABLE_TABLES, `${READABLE_PREFIX}*`].map((table) =>
      grant('spendlens_read', 'SELECT', `spendlens.${table}`),
    ),
  ];
}

const directory = z.object({ type: z.string() });

/**
 * Makes the users or brings them up to date, as an administrator. False where the server keeps no users of its own:
 * the embedded engine, or a server whose users stand in a file alone.
 * @throws SpendlensError as the warehouse answers; its words are cleared of the verifiers
 */
export async function makeUsers(
  warehouse: Warehouse,
  passwords: UserPasswords,
  cluster: string | null,
): Promise<boolean> {
  const directories = await warehouse.rows(directory, { text: 'SELECT type FROM system.user_directories', params: {} });
  const kinds = directories.map(({ type }) => type.replaceAll(' ', '_'));
  if (!kinds.some((kind) => kind === 'local_directory' || kind === 'replicated' || kind === 'memory')) return false;
  const verifiers = {
    ingest: verifierOf(passwords.ingest),
    dashboard: verifierOf(passwords.dashboard),
    reader: verifierOf(passwords.reader),
  };
  const shared = kinds.includes('replicated');
  for (const statement of userStatements(verifiers, shared ? null : cluster)) {
    await warehouse.run(statement).catch((error: unknown) => {
      throw withoutSecrets(error, Object.values(verifiers));
    });
  }
  return true;
}

function withoutSecrets(error: unknown, verifiers: readonly Verifier[]): unknown {
  if (!(error instanceof SpendlensError)) return error;
  const secrets = verifiers.flatMap(({ hash, salt }) => [hash, salt]);
  const message = secrets.reduce((text, secret) => text.replaceAll(secret, '…'), error.message);
  // The cause repeats the statement.
  return new SpendlensError(error.code, message, { retryable: error.retryable });
}
