import { availableParallelism, totalmem } from 'node:os';
import { isIdentifier, isSymbol, isWord, type Token } from '../tokens.ts';
import { refused } from './refusal.ts';

const GIB = 1024 ** 3;

/** What one statement of the reader may take, unless it asks for less. */
export const READER_LIMITS: Readonly<Record<string, number>> = {
  max_execution_time: 30,
  max_memory_usage: Math.min(2 * GIB, Math.floor(totalmem() / 4)),
  max_result_rows: 1_000_000,
  max_result_bytes: GIB / 4,
  max_rows_to_read: 2_000_000_000,
  max_bytes_to_read: 200 * GIB,
  max_threads: availableParallelism(),
  max_query_size: 256 * 1024,
  max_columns_to_read: 500,
  max_temporary_columns: 1000,
  max_rows_to_group_by: 10_000_000,
  max_rows_in_join: 50_000_000,
  max_bytes_in_join: GIB,
  max_rows_in_set: 10_000_000,
  max_ast_depth: 500,
  max_ast_elements: 20_000,
  max_expanded_ast_elements: 100_000,
};

const HARMLESS = [
  /^output_format_(?!schema)/,
  /^format_csv_/,
  /^format_tsv_/,
  /^(?:date_time|bool|interval)_output_format$/,
  /^(?:session_timezone|extremes|join_algorithm|join_use_nulls|max_block_size|preferred_block_size_bytes)$/,
  /^(?:group_by_use_nulls|transform_null_in|prefer_column_name_to_alias|totals_mode|use_query_condition_cache)$/,
  /^(?:date_time_overflow_behavior|enable_time_time64_type|result_overflow_mode|read_overflow_mode)$/,
  /^max_bytes_before_external_(?:group_by|sort)$/,
];

type Verdict = 'allowed' | 'unknown' | 'too much';

function judge(name: string, value: string): Verdict {
  const limit = READER_LIMITS[name];
  if (limit === undefined) return HARMLESS.some((pattern) => pattern.test(name)) ? 'allowed' : 'unknown';
  const asked = Number(value);
  return asked > 0 && asked <= limit ? 'allowed' : 'too much';
}

/** Of the settings in a URL those that the reader may choose; clients send others unasked, which are passed over. */
export function chosenSettings(asked: ReadonlyMap<string, string>): Map<string, string> {
  const chosen = new Map(Object.entries(READER_LIMITS).map(([name, limit]) => [name, String(limit)]));
  for (const [name, value] of asked) if (judge(name, value) === 'allowed') chosen.set(name, value);
  return chosen;
}

/**
 * What the statement's own SETTINGS clauses set. They are set on the connection beforehand, because under
 * `readonly = 1` the engine lets a clause pass only if it changes nothing.
 */
export function clauseSettings(tokens: readonly Token[]): { settings: Map<string, string>; clauses: number } {
  const settings = new Map<string, string>();
  let clauses = 0;
  tokens.forEach((token, index) => {
    if (!isWord(token, 'SETTINGS') || !isSymbol(tokens[index + 2], '=')) return;
    clauses += 1;
    for (const [name, value] of assignments(tokens, index + 1)) {
      settings.set(name, value);
    }
  });
  return { settings, clauses };
}

function* assignments(tokens: readonly Token[], from: number): Generator<[string, string]> {
  for (let at = from; ; at += 4) {
    const [name, equals, value, comma] = tokens.slice(at, at + 4);
    if (!isIdentifier(name) || !isSymbol(equals, '=')) throw refused('this SETTINGS clause', 'Write name = literal.');
    if (value?.kind !== 'number' && value?.kind !== 'string') {
      throw refused(`the value of setting ${name.text}`, 'Write a plain number or string.');
    }
    yield [name.text, value.kind === 'string' ? value.text.slice(1, -1) : value.text];
    if (!isSymbol(comma, ',')) return;
  }
}

/** @throws ClickHouseException where a setting is not the reader's to choose */
export function requireAllowed(name: string, value: string): void {
  const verdict = judge(name, value);
  if (verdict === 'allowed') return;
  if (verdict === 'too much') {
    throw refused(`setting ${name} = ${value}`, `It may be lowered: from 1 to ${READER_LIMITS[name]}.`);
  }
  throw refused(
    `setting ${name}`,
    `Output formats and the like may be chosen, and limits lowered: ${Object.keys(READER_LIMITS).join(', ')}.`,
  );
}
