import type { Connection, Surroundings } from '../connection.ts';
import type { Pool } from '../pool.ts';
import { tokenize } from '../tokens.ts';
import { isReadableTable } from './allow.ts';
import { checkTree } from './check.ts';
import { ask, format, treeOf } from './parser.ts';
import { refused } from './refusal.ts';
import { chosenSettings, clauseSettings, requireAllowed } from './settings.ts';
import { showAsSelect } from './show.ts';
import { checkText, withCatalogue, withIdentifiers } from './text.ts';

/** What the reader's connection runs in place of what was asked. */
export interface Admitted {
  readonly sql: string;
  readonly surroundings: Surroundings;
}

const LONGEST = 256 * 1024;

/**
 * Lets a statement of the reader pass only if all that it is made of stands on a list. What runs is the text that
 * was checked, as the engine's own formatter wrote it, never the text that came.
 */
export function createGate(parsers: Pool) {
  return async function admit(sql: string, asked: Surroundings): Promise<Admitted> {
    if (Buffer.byteLength(sql) > LONGEST) throw refused(`a statement of over ${LONGEST} bytes`, 'Send a shorter one.');
    if (!['default', 'spendlens'].includes(asked.database)) {
      throw refused(`database ${asked.database}`, 'The database is spendlens.');
    }
    const settings = chosenSettings(asked.settings);
    const { parameters } = asked;
    return parsers.use(async (parser) => {
      await parser.prepare({ database: 'default', settings, parameters });
      const formatted = await readable(parser, sql, parameters);
      const tokens = tokenize(formatted);
      checkText(tokens);
      const { settings: chosen, clauses } = clauseSettings(tokens);
      for (const [name, value] of chosen) {
        requireAllowed(name, value);
        settings.set(name, value);
      }
      const surroundings: Surroundings = { database: 'spendlens', settings, parameters };
      const shown = showAsSelect(tokens);
      if (shown !== null) return { sql: shown, surroundings };
      await parser.prepare({ database: 'default', settings, parameters });
      checkTree(await treeOf(parser, formatted), clauses, await hiddenTables(parser));
      return { sql: withCatalogue(formatted, tokens), surroundings };
    });
  };
}

async function readable(parser: Connection, sql: string, parameters: ReadonlyMap<string, string>): Promise<string> {
  const formatted = await format(parser, sql);
  const tokens = tokenize(formatted);
  const named = withIdentifiers(formatted, tokens, parameters);
  return named === formatted ? formatted : format(parser, named);
}

async function hiddenTables(parser: Connection): Promise<ReadonlySet<string>> {
  const names = await ask(parser, "SELECT name FROM system.tables WHERE database = 'spendlens'");
  return new Set(names.split('\n').filter((name) => !isReadableTable(name)));
}
