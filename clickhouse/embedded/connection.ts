import type { RawInsertParams, Session } from 'chdb';
import { quotedName, stringLiteral } from './literal.ts';

/** What a statement wants to find around it. */
export interface Surroundings {
  readonly database: string;
  readonly settings: ReadonlyMap<string, string>;
  /** Query parameters, each value escaped as in TSV, which is how HTTP carries them. */
  readonly parameters: ReadonlyMap<string, string>;
}

export interface Written {
  readonly rows: number;
  readonly bytes: number;
}

export interface Buffered {
  readonly bytes: Uint8Array;
  readonly rowsRead: number;
  readonly bytesRead: number;
}

// A raw TAB cannot be parsed as any type: a parameter that an earlier statement left here, and that this one does
// not give, is an error then, as on a server, and not the other statement's value.
const UNSET = '\t';
// The embedded engine's own defaults: a bare expression counts as a query, and introspection is allowed.
const UNLIKE_A_SERVER = 'implicit_select = 0, allow_introspection_functions = 0';
const SETTING_NAME = /^[A-Za-z_][A-Za-z0-9_.]*$/;

/**
 * One connection to the engine. It runs one statement at a time, and what `SET` and `USE` leave on it stays; so it
 * remembers that, and before each statement changes only what differs.
 */
export class Connection {
  /** Stands as `log_comment` beside everything that runs here, for KILL QUERY. */
  readonly tag: string;
  #session: Session;
  #settings = new Map<string, string>();
  #parameters = new Map<string, string>();
  #database = 'default';
  #spoilt = false;
  readonly #open: () => Session;
  readonly #readonly: boolean;

  constructor(tag: string, open: () => Session, mode: 'writes' | 'readonly') {
    this.tag = tag;
    this.#open = open;
    this.#readonly = mode === 'readonly';
    this.#session = this.#fresh();
  }

  /** @throws what the engine throws when it refuses a setting; the connection is renewed then. */
  async prepare(wanted: Surroundings): Promise<void> {
    if (this.#spoilt) this.#renew();
    const changes = [...this.#changedSettings(wanted.settings), ...this.#changedParameters(wanted.parameters)];
    try {
      if (wanted.database !== this.#database) await this.#session.queryAsync(`USE ${quotedName(wanted.database)}`);
      if (changes.length > 0) await this.#change(changes);
    } catch (error) {
      this.#spoilt = true;
      throw error;
    }
    this.#database = wanted.database;
    this.#settings = new Map(wanted.settings);
    for (const name of this.#parameters.keys()) this.#parameters.set(name, UNSET);
    for (const [name, value] of wanted.parameters) this.#parameters.set(name, value);
  }

  /** Under `readonly = 1` nothing but that itself can be changed; so it is lifted for the moment of the change. */
  async #change(changes: readonly string[]): Promise<void> {
    if (this.#readonly) await this.#session.queryAsync('SET readonly = DEFAULT');
    const all = this.#readonly ? [...changes, 'readonly = 1'] : changes;
    await this.#session.queryAsync(`SET ${all.join(', ')}`);
  }

  async run(sql: string, format: string): Promise<Buffered> {
    const result = await this.#spoiltIfFailing(this.#session.queryAsync(sql, { format }));
    return { bytes: result.bytes(), rowsRead: result.rowsRead, bytesRead: result.bytesRead };
  }

  async *stream(sql: string, format: string): AsyncGenerator<Uint8Array> {
    const chunks = this.#session.queryStream(sql, { format });
    let whole = false;
    try {
      for await (const chunk of chunks) yield chunk.raw();
      whole = true;
    } finally {
      if (!whole) this.#spoilt = true;
    }
  }

  async insert(params: RawInsertParams): Promise<Written> {
    const summary = await this.#spoiltIfFailing(this.#session.insert(params));
    return { rows: summary.rowsWritten, bytes: summary.bytesWritten };
  }

  /** Of a result that broke off, bytes have been seen at the head of the next one. */
  async #spoiltIfFailing<Result>(work: Promise<Result>): Promise<Result> {
    try {
      return await work;
    } catch (error) {
      this.#spoilt = true;
      throw error;
    }
  }

  /** The statement changed the session itself (SET, USE, a temporary table): the next one gets a new session. */
  spoil(): void {
    this.#spoilt = true;
  }

  close(): void {
    this.#session.close();
  }

  #renew(): void {
    this.#session.close();
    this.#session = this.#fresh();
    this.#settings = new Map();
    this.#parameters = new Map();
    this.#database = 'default';
    this.#spoilt = false;
  }

  #fresh(): Session {
    const session = this.#open();
    session.query(`SET log_comment = ${stringLiteral(this.tag)}, ${UNLIKE_A_SERVER}`);
    if (this.#readonly) session.query('SET readonly = 1');
    return session;
  }

  *#changedSettings(wanted: ReadonlyMap<string, string>): Generator<string> {
    for (const name of this.#settings.keys()) if (!wanted.has(name)) yield `${name} = DEFAULT`;
    for (const [name, value] of wanted) {
      if (this.#settings.get(name) !== value) yield `${settingName(name)} = ${stringLiteral(value)}`;
    }
  }

  *#changedParameters(wanted: ReadonlyMap<string, string>): Generator<string> {
    for (const [name, value] of this.#parameters) {
      if (!wanted.has(name) && value !== UNSET) yield `param_${name} = ${stringLiteral(UNSET)}`;
    }
    for (const [name, value] of wanted) {
      if (this.#parameters.get(name) !== value) yield `param_${settingName(name)} = ${stringLiteral(value)}`;
    }
  }
}

function settingName(name: string): string {
  if (SETTING_NAME.test(name)) return name;
  throw new Error(`Code: 115. DB::Exception: Unknown setting ${stringLiteral(name)}. (UNKNOWN_SETTING)`);
}
