const layer = (name, from, to, comment) => ({
  name,
  severity: 'error',
  comment,
  from: { path: from },
  to: { path: to },
});
const own = '^(kafka|proxy|ingest|clickhouse|repricing|dashboard|demo|bin|test)/';

export default {
  forbidden: [
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    layer('domain-is-the-ground', '^domain/', `${own}|^process/`, 'domain is pure and imports nothing of ours'),
    layer('process-knows-domain-only', '^process/', own, 'what all processes share knows none of them'),
    layer(
      'kafka-knows-domain-and-process-only',
      '^kafka/',
      '^(proxy|ingest|clickhouse|repricing|dashboard|demo|bin|test)/',
      'both ends of the topic build on it',
    ),
    layer(
      'requests-never-wait-for-kafka',
      '^proxy/(?!forwarder/)',
      '^(kafka|proxy/forwarder)/|node_modules/kafkajs',
      'the client wakes all the time and the broker may be away: the forwarder is a process of its own',
    ),
    layer(
      'proxy-knows-no-warehouse',
      '^proxy/',
      '^(ingest|clickhouse|dashboard|bin|test)/',
      'the request path must not depend on what comes after it',
    ),
    layer(
      'ingest-reads-outbox-and-warehouse',
      '^ingest/',
      '^(proxy/(?!outbox/)|clickhouse/embedded/|dashboard|bin|test)',
      'ingest reads the outbox and writes the warehouse',
    ),
    layer(
      'clickhouse-stands-alone',
      '^clickhouse/',
      '^(kafka|proxy|ingest|repricing|dashboard|bin|test)/',
      'the warehouse serves everyone and knows no one',
    ),
    layer(
      'repricing-works-on-the-warehouse',
      '^repricing/',
      '^(kafka|proxy|ingest|clickhouse/embedded|dashboard|demo|bin|test)/',
      'corrections are made to rows, whoever asks for them',
    ),
    layer(
      'dashboard-server-reads-warehouse',
      '^dashboard/server/',
      '^(proxy|ingest|clickhouse/embedded|dashboard/web|bin|test)/',
      'the dashboard knows the warehouse by its URL',
    ),
    layer(
      'web-knows-domain-only',
      '^dashboard/web/',
      '^(process|kafka|proxy|ingest|clickhouse|repricing|dashboard/server|bin|test)/',
      'the browser gets the contract and nothing else',
    ),
    layer(
      'demo-writes-an-outbox-and-clears-the-warehouse',
      '^demo/',
      '^(proxy/(?!outbox/)|ingest/|clickhouse/embedded/|dashboard/|bin/|test/)',
      'the demo goes the way that all traffic goes',
    ),
    {
      name: 'nothing-imports-the-demo',
      severity: 'error',
      from: { pathNot: '^(demo|bin|test)/' },
      to: { path: '^demo/' },
    },
    {
      name: 'only-the-warehouse-loads-the-engine',
      severity: 'error',
      from: { pathNot: '^(clickhouse/embedded/|test/harness/granted-engine-child)' },
      to: { path: 'node_modules/chdb' },
    },
    {
      name: 'nothing-imports-commands-or-tests',
      severity: 'error',
      from: { pathNot: '^(bin|test)/' },
      to: { path: '^(bin|test)/' },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.mjs', '.js'],
    },
  },
};
