import { Environment } from '@marcbachmann/cel-js';
import type { RequestFacts } from './request-facts.ts';

/** Of one request: whether an expression holds, or why that cannot be told. */
export type Evaluation = { readonly holds: boolean } | { readonly fault: string };

export type Expression = (facts: RequestFacts) => Evaluation;

const environment = new Environment({ limits: { maxAstNodes: 500, maxDepth: 50, maxListElements: 200 } })
  .registerVariable('model', 'string')
  .registerVariable('user', 'string')
  .registerVariable('feature', 'string')
  .registerVariable('prompt', 'string')
  .registerVariable('session', 'string')
  .registerVariable('task', 'string')
  .registerVariable('tier', 'string')
  .registerVariable('properties', 'map<string, string>')
  .registerVariable('stream', 'bool')
  .registerVariable('has_image', 'bool')
  .registerVariable('has_tools', 'bool')
  .registerVariable('tokens', 'int');

/**
 * Compiles an expression in CEL (https://cel.dev): it has no loops but those over what a request brings, and reaches
 * nothing but the variables above. The answer names the fault of one that does not compile, or is no condition.
 */
export function compileExpression(text: string): Expression | { readonly fault: string } {
  try {
    const checked = environment.check(text);
    if (!checked.valid) return { fault: firstLine(checked.error) };
    if (checked.type !== 'bool') return { fault: `it is ${String(checked.type)}, and has to be true or false` };
    const program = environment.parse(text);
    // JavaScript's regular expressions can take for ever, with a text that a caller chose.
    if (callsMatches(program.ast)) return { fault: 'matches() is not available: use startsWith, endsWith, contains' };
    return (facts) => evaluate(program, facts);
  } catch (error) {
    return { fault: firstLine(error) };
  }
}

function evaluate(program: ReturnType<Environment['parse']>, facts: RequestFacts): Evaluation {
  try {
    return { holds: program(variablesOf(facts)) === true };
  } catch (error) {
    return { fault: firstLine(error) };
  }
}

function variablesOf(facts: RequestFacts) {
  const { properties } = facts;
  return {
    model: facts.model,
    user: facts.user,
    feature: facts.feature,
    prompt: facts.prompt,
    session: facts.session,
    task: property(properties, 'task'),
    tier: property(properties, 'tier'),
    properties: new Map(Object.entries(properties)),
    stream: facts.stream,
    has_image: facts.hasImage,
    has_tools: facts.hasTools,
    tokens: BigInt(facts.tokens),
  };
}

/** Apps write `Helicone-Property-Task` and `-task`. */
function property(properties: Readonly<Record<string, string>>, name: string): string {
  const found = Object.keys(properties).find((key) => key.toLowerCase() === name);
  return found === undefined ? '' : (properties[found] ?? '');
}

function callsMatches(node: unknown): boolean {
  if (Array.isArray(node)) return node.some(callsMatches);
  if (typeof node !== 'object' || node === null || !('op' in node) || !('args' in node)) return false;
  const { op, args } = node;
  if ((op === 'call' || op === 'rcall') && Array.isArray(args) && args[0] === 'matches') return true;
  return callsMatches(args);
}

/** The library draws the expression below its message. */
function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n')[0] ?? '';
}
