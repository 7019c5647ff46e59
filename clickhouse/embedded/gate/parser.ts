import type { Connection } from '../connection.ts';
import { stringLiteral } from '../literal.ts';
import { type Node, parseTree } from './tree.ts';

/**
 * The statement as the engine's formatter writes it. Parses without running.
 * @throws the engine's exception for a syntax error, more than one statement, or none
 */
export async function format(parser: Connection, sql: string): Promise<string> {
  try {
    return await ask(parser, `SELECT formatQuerySingleLine(${stringLiteral(sql)})`);
  } catch (error) {
    throw error instanceof Error ? new Error(withoutOurs(error.message), { cause: error }) : error;
  }
}

/** What the engine adds to its message is about our statement, not about the one that was sent. */
function withoutOurs(message: string): string {
  return message.replace(/: In scope SELECT formatQuerySingleLine[\s\S]*(?= \([A-Z_]+\)$)/, '');
}

/** The statement's tree, its parameters filled in. Parses without running. */
export async function treeOf(parser: Connection, sql: string): Promise<Node[]> {
  return parseTree(await ask(parser, `EXPLAIN AST ${sql}`));
}

export async function ask(parser: Connection, sql: string): Promise<string> {
  const { bytes } = await parser.run(sql, 'TSVRaw');
  return Buffer.from(bytes).toString('utf8').replace(/\n$/, '');
}
