import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWarehouse } from '../../../clickhouse/client.ts';
import { migrate } from '../../../clickhouse/migrate.ts';
import { bringClickHouseConnect } from '../../harness/clickhouse-connect.ts';
import { startWarehouse, type TestWarehouse } from '../../harness/warehouse.ts';

const connect = await bringClickHouseConnect();
if (typeof connect === 'string') process.stderr.write(`skipped: Python's clickhouse-connect, since ${connect}\n`);

const SCRIPT = `
import json, sys, clickhouse_connect
host, port, user, password = sys.argv[1:5]
client = clickhouse_connect.get_client(host=host, port=int(port), username=user, password=password, database='spendlens')
def failure(sql):
    try:
        client.query(sql)
    except Exception as error:
        return str(error)
with client.query_row_block_stream('SELECT number FROM numbers(300000)') as stream:
    streamed = sum(len(block) for block in stream)
print(json.dumps({
    'version': client.server_version,
    'bound': client.query('SELECT {a:String}, {n:UInt32} + 1', parameters={'a': "it's\\t", 'n': 41}).result_rows,
    'tables': client.query("SELECT name FROM system.tables WHERE database = 'spendlens'").result_columns[0],
    'count': client.command('SELECT count() FROM requests'),
    'raw': len(client.raw_query('SELECT number FROM numbers(200000)', fmt='CSVWithNames').splitlines()),
    'streamed': streamed,
    'refused': failure("SELECT file('/etc/hostname')"),
    'late': failure('SELECT throwIf(number = 250000) FROM numbers(300000)'),
}))
`;

describe.skipIf(typeof connect === 'string')("Python's clickhouse-connect", () => {
  let warehouse: TestWarehouse;

  beforeAll(async () => {
    warehouse = await startWarehouse();
    const { username: user, password } = warehouse.users.ingest;
    const client = createWarehouse({ url: warehouse.url, user, password });
    await migrate(client);
    await client.close();
  });
  afterAll(() => warehouse?.stop());

  it('connects, binds, streams and sees errors', async () => {
    if (typeof connect === 'string') return;
    const { username, password } = warehouse.users.reader;
    const { hostname, port } = new URL(warehouse.url);
    const answer: unknown = JSON.parse(await connect.python(SCRIPT, hostname, port, username, password));
    expect(answer).toEqual({
      version: expect.stringMatching(/^\d+\.\d+/),
      bound: [["it's\t", 42]],
      tables: expect.arrayContaining(['requests', 'attempts']),
      count: 0,
      raw: 200_001,
      streamed: 300_000,
      refused: expect.stringContaining('function file is not allowed'),
      late: expect.stringContaining('throwIf'),
    });
  });
});
