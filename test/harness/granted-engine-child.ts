import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Session } from 'chdb';
import { z } from 'zod';

/**
 * The engine with users whose grants stand in its users file, where a server would keep them by CREATE USER. It lets
 * nobody sign in, but what a view with a definer does is checked against the definer's grants: so a view asks as a user.
 * Prints, for each question, whether the user may ask it.
 */
const asked = z.object({
  folder: z.string(),
  grants: z.record(z.string(), z.array(z.string())),
  setUp: z.array(z.string()),
  /** A query, or the name of a table with a column `kind` that a row is to go into. */
  questions: z.array(
    z.union([
      z.object({ user: z.string(), select: z.string() }),
      z.object({ user: z.string(), insertInto: z.string() }),
    ]),
  ),
});
const { folder, grants, setUp, questions } = asked.parse(JSON.parse(process.argv[2] ?? ''));

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
const userOf = ([name, queries]: [string, string[]]) => `<${name}>
  <password>x</password><networks><ip>::/0</ip></networks><profile>default</profile><quota>default</quota>
  <grants>${queries.map((query) => `<query>${escaped(query)}</query>`).join('')}</grants></${name}>`;

mkdirSync(folder, { recursive: true });
const users = join(folder, 'users.xml');
const config = join(folder, 'config.xml');
writeFileSync(
  users,
  `<clickhouse><profiles><default/></profiles><quotas><default/></quotas><users>
  <default><password></password><networks><ip>::/0</ip></networks><profile>default</profile><quota>default</quota>
  <access_management>1</access_management></default>${Object.entries(grants).map(userOf).join('')}</users></clickhouse>`,
);
writeFileSync(config, `<clickhouse><users_config>${users}</users_config></clickhouse>`);

const session = new Session(join(folder, 'data'), { connectionArgs: [`--config-file=${config}`] });
for (const statement of setUp) session.query(statement, 'Null');
const run = (statement: string) => session.query(statement, 'Null');
const answers = questions.map((question, index) => {
  const name = `spendlens.probe_${index}`;
  const as = `DEFINER = ${question.user} SQL SECURITY DEFINER`;
  try {
    if ('select' in question) {
      run(`CREATE VIEW ${name} ${as} AS ${question.select}`);
      run(`SELECT * FROM ${name}`);
    } else {
      run(`CREATE TABLE ${name} (kind String) ENGINE = Null`);
      run(`CREATE MATERIALIZED VIEW ${name}_on TO ${question.insertInto} ${as} AS SELECT kind FROM ${name}`);
      run(`INSERT INTO ${name} VALUES ('test')`);
    }
    return 'allowed';
  } catch (error) {
    return /\(ACCESS_DENIED\)/.test(String(error)) ? 'denied' : String(error);
  }
});
process.stdout.write(JSON.stringify(answers));
process.exit(0);
