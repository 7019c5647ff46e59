import type { RawInsertParams, Session } from 'chdb';
import { quotedName, stringLiteral } from './literal.ts';
import type { Pipe } from './pipe.ts';
import { intoFile } from './statement.ts';

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

export interface Done {
  readonly resultRows: number;
  readonly resultBytes: number;
}

export interface Buffered extends Done {
  readonly bytes: Uint8Array;
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
  readonly #pipe: Pipe | null;

  constructor(tag: string, open: () => Session, options: { readonly: boolean; pipe: Pipe | null }) {
    this.tag = tag;
    this.#open = open;
    this.#readonly = options.readonly;
    this.#pipe = options.pipe;
    this.#session = this.#fresh();
  }

  /** @throws what the engine throws when it refuses a setting; the connection is renewed then. */
  async prepare(wanted: Surroundings): Promise<void> {
    this.refresh();
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
    // What the engine's package calls read is what the result holds.
    return { bytes: result.bytes(), resultRows: result.rowsRead, resultBytes: result.bytesRead };
  }

  /**
   * Hands the result of a SELECT on piece by piece, no faster than `take` takes them.
   * @throws the engine's exception, which may come after some pieces
   */
  async pour(sql: string, format: string, take: (piece: Uint8Array) => Promise<void>): Promise<Done> {
    if (this.#pipe === null) {
      const result = await this.run(sql, format);
      await take(result.bytes);
      return result;
    }
    const source = this.#pipe.open();
    const query = this.run(intoFile(sql, this.#pipe.path, format), 'Null');
    // A statement that failed early never opened its end, so that this one would wait for ever.
    query.catch(() => source.destroy());
    try {
      for await (const piece of source.iterator({ destroyOnReturn: false })) await take(piece);
    } catch {
      // Cut short by the failure, which `query` tells, or by the client, whom nobody needs to tell. Reading goes on:
      // the engine, opening a pipe that nobody reads, would wait for ever.
      source.resume();
    }
    try {
      return await query;
    } finally {
      source.destroy();
      this.#pipe.drain();
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

  /** To be called between statements: what is left of a spoilt session would still count as running. */
  refresh(): void {
    if (this.#spoilt) this.#renew();
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
