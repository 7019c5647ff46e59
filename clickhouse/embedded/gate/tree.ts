/** A node of `EXPLAIN AST`. */
export interface Node {
  readonly type: string;
  /** What stands behind the type: a name, a literal. */
  readonly text: string;
  readonly children: readonly Node[];
}

interface Open {
  readonly depth: number;
  readonly type: string;
  readonly text: string;
  readonly children: Open[];
}

const LINE = /^( *)(\S+)(?: (.*?))?(?: \(children \d+\))?$/;
const ALIAS = / ?\(alias .*\)$/;

/**
 * Reads the indented text. Whoever calls has made sure that no name in the statement holds a line break, so that
 * each line is a node.
 */
export function parseTree(text: string): Node[] {
  const roots: Open[] = [];
  const path: Open[] = [];
  for (const line of text.split('\n')) {
    const [, indent = '', type = '', rest = ''] = LINE.exec(line) ?? [];
    if (type === '') continue;
    const node: Open = { depth: indent.length, type, text: rest.replace(ALIAS, ''), children: [] };
    while ((path.at(-1)?.depth ?? -1) >= node.depth) path.pop();
    (path.at(-1)?.children ?? roots).push(node);
    path.push(node);
  }
  return roots;
}

export function* walk(nodes: readonly Node[], parents: readonly Node[] = []): Generator<[Node, readonly Node[]]> {
  for (const node of nodes) {
    yield [node, parents];
    yield* walk(node.children, [...parents, node]);
  }
}
