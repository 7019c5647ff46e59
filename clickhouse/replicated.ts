import { SpendlensError } from '../domain/error.ts';

const NAME = '((?:\\w+\\.)?\\w+)';
const ENGINE = /\bENGINE\s*=\s*(\w*)MergeTree\b(?:\s*\(([^()]*)\))?/i;

/** Where the cluster's name goes: behind the name of what is made, changed or dropped. */
const forms = [
  new RegExp(`^CREATE\\s+DATABASE\\s+(?:IF\\s+NOT\\s+EXISTS\\s+)?${NAME}`, 'i'),
  new RegExp(`^CREATE\\s+TABLE\\s+(?:IF\\s+NOT\\s+EXISTS\\s+)?${NAME}`, 'i'),
  new RegExp(`^CREATE\\s+(?:OR\\s+REPLACE\\s+)?(?:MATERIALIZED\\s+)?VIEW\\s+(?:IF\\s+NOT\\s+EXISTS\\s+)?${NAME}`, 'i'),
  new RegExp(`^ALTER\\s+TABLE\\s+${NAME}`, 'i'),
  new RegExp(`^DROP\\s+(?:TABLE|VIEW)\\s+(?:IF\\s+EXISTS\\s+)?${NAME}`, 'i'),
];

/**
 * A migration's statement as it runs on a cluster of replicas: on all of them, and with tables that replicate. The path
 * in Keeper is spelled out, by the table's name and not by the id that each replica would draw for itself, so that a
 * replica that is added later finds the others. Other engines (a lookup in memory) stand on each replica for itself.
 * @throws SpendlensError config_invalid for a statement of another form: it would run on one replica alone
 */
export function replicate(statement: string, cluster: string): string {
  const head = forms.map((form) => form.exec(statement)).find((match) => match !== null);
  const [whole, name] = head ?? [];
  if (whole === undefined || name === undefined) {
    throw new SpendlensError('config_invalid', `a migration cannot run on a cluster: ${statement.slice(0, 100)} …`);
  }
  const rest = statement.slice(whole.length).replace(ENGINE, (_, kind: string, values = '') => {
    const place = [`'/clickhouse/tables/{shard}/${name.replace('.', '/')}'`, "'{replica}'"];
    const given = values.trim() === '' ? [] : [values.trim()];
    return `ENGINE = Replicated${kind}MergeTree(${[...place, ...given].join(', ')})`;
  });
  return `${whole} ON CLUSTER \`${cluster}\`${rest}`;
}
