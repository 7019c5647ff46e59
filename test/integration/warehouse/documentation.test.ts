import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWarehouse } from '../../../clickhouse/client.ts';
import { migrate } from '../../../clickhouse/migrate.ts';
import type { Endpoints } from '../../../domain/endpoints.ts';
import { startWarehouse, type TestWarehouse } from '../../harness/warehouse.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const manual = await readFile(join(root, 'docs/sql.md'), 'utf8');
const questions = [...manual.matchAll(/^(.*)\n\n```sql\n([\s\S]*?)```/gm)].map(([, name = '', sql = '']) => ({
  name,
  sql,
}));

let warehouse: TestWarehouse;

beforeAll(async () => {
  warehouse = await startWarehouse();
  const { username: user, password } = warehouse.users.ingest;
  const client = createWarehouse({ url: warehouse.url, user, password });
  await migrate(client);
  await client.insert(
    'spendlens.attempts',
    Array.from({ length: 200 }, (_, n) => row(n)),
    'rows',
  );
  await client.close();
  const endpoints: Endpoints = {
    proxy: 'http://127.0.0.1:1',
    dashboard: 'http://127.0.0.1:1',
    token: 'none',
    clickhouse: warehouse.url,
    reader: { user: warehouse.users.reader.username, password: warehouse.users.reader.password },
    pids: { supervisor: null, proxy: [], ingest: null, warehouse: warehouse.pid, dashboard: null },
  };
  await writeFile(join(warehouse.folder, 'endpoints.json'), JSON.stringify(endpoints));
});
afterAll(() => warehouse?.stop());

function row(n: number) {
  const cost = { cost_usd: '0.001500000', cost_status: 'exact', status: 200, latency_ms: 100 + n, input_tokens: 10 };
  const totals = Object.fromEntries(Object.entries(cost).map(([name, value]) => [`total_${name}`, value]));
  return {
    ...cost,
    ...totals,
    created_at: (Date.now() / 1000 - n * 60).toFixed(3),
    kind: 'app',
    user_id: n % 3 ? `user ${n % 7}` : '',
    prompt_id: 'greeting',
    properties: { team: 'blue' },
    provider: 'openai',
    model: 'gpt-4o',
    cost_breakdown: '{"lines":[{"item":"input","units":10,"pricePico":"150000000","amountNano":"1500000","note":""}]}',
    outbox_id: 'o',
    seq: n + 1,
    attempt: 1,
    attempts: 1,
    final: true,
  };
}

function command(...args: string[]) {
  return promisify(execFile)(process.execPath, [join(root, 'bin/sql.ts'), ...args], {
    env: { ...process.env, SPENDLENS_DATA: warehouse.folder },
    maxBuffer: 64 * 1024 * 1024,
  });
}

describe('docs/sql.md', () => {
  it('has ten questions', () => expect(questions).toHaveLength(10));

  it.each(questions)('$name', async ({ sql }) => {
    const { stdout } = await command(sql, '--format', 'JSONEachRow', '--param', 'team=blue');
    expect(stdout).not.toBe('');
  });

  // 200 × 1,500,000 n$
  it('shows what the money is made of to the nano-dollar', async () => {
    const { sql } = questions.find(({ name }) => name === 'What is the money made of?') ?? { sql: '' };
    expect((await command(sql, '--format', 'TSV')).stdout).toBe('input\t2000\t0.3\n');
  });

  it('names every column of requests, and none that is not there', async () => {
    const { stdout } = await command("SELECT name FROM system.columns WHERE table = 'requests'", '--format', 'TSV');
    const table = manual.slice(manual.indexOf('| Column | Type |'), manual.indexOf('The token columns are disjoint'));
    const cells = [...table.matchAll(/^\| (`.*?) \|/gm)].map(([, cell = '']) => cell);
    const named = cells.flatMap((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, name = '']) => name));
    expect(named.toSorted()).toEqual(stdout.trim().split('\n').toSorted());
  });
});

describe('npm run sql', () => {
  it('prints columns for a pipe, and reads a file from it', async () => {
    expect((await command('SELECT 1 AS x, 2 AS y')).stdout).toBe('x\ty\n1\t2\n');
    const shell = promisify(execFile)(
      'sh',
      ['-c', `echo 'SELECT count() FROM requests' | "$0" bin/sql.ts -f TSV`, process.execPath],
      {
        cwd: root,
        env: { ...process.env, SPENDLENS_DATA: warehouse.folder },
      },
    );
    expect((await shell).stdout).toBe('200\n');
  });

  it.each([
    { name: 'a refusal', sql: "SELECT file('/etc/hostname')", says: /^spendlens sql: function file is not allowed/ },
    { name: 'a mistake', sql: 'SELECT nothing', says: /^spendlens sql: Unknown expression identifier `nothing`/ },
    {
      name: 'an error after the first rows',
      sql: 'SELECT throwIf(number = 1000000) FROM numbers(2000000)',
      says: /non-zero/,
    },
  ])('says in one line of $name what it is', async ({ sql, says }) => {
    const failure = await command(sql).catch((error: { code: number; stderr: string }) => error);
    expect(failure).toMatchObject({ code: 1, stderr: expect.stringMatching(says) });
    expect(failure.stderr.trim().split('\n')).toHaveLength(1);
  });

  it('says that nothing runs where nothing runs', async () => {
    const run = promisify(execFile)(process.execPath, [join(root, 'bin/sql.ts'), 'SELECT 1'], {
      env: { ...process.env, SPENDLENS_DATA: join(warehouse.folder, 'none') },
    });
    await expect(run).rejects.toMatchObject({ stderr: expect.stringContaining('npm start') });
  });
});
