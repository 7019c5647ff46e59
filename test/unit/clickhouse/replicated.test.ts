import { describe, expect, it } from 'vitest';
import { replicate } from '../../../clickhouse/replicated.ts';

const path = (table: string) => `'/clickhouse/tables/{shard}/spendlens/${table}', '{replica}'`;

describe('a statement on a cluster', () => {
  it.each([
    {
      name: 'a database',
      plain: 'CREATE DATABASE IF NOT EXISTS spendlens',
      there: 'CREATE DATABASE IF NOT EXISTS spendlens ON CLUSTER `c`',
    },
    {
      name: 'a table',
      plain: 'CREATE TABLE IF NOT EXISTS spendlens.facts (n UInt8) ENGINE = MergeTree ORDER BY n SETTINGS a = 1',
      there: `CREATE TABLE IF NOT EXISTS spendlens.facts ON CLUSTER \`c\` (n UInt8) ENGINE = ReplicatedMergeTree(${path('facts')}) ORDER BY n SETTINGS a = 1`,
    },
    {
      name: 'a table whose engine takes arguments',
      plain: 'CREATE TABLE spendlens.sums (n UInt8) ENGINE = SummingMergeTree(n) ORDER BY n',
      there: `CREATE TABLE spendlens.sums ON CLUSTER \`c\` (n UInt8) ENGINE = ReplicatedSummingMergeTree(${path('sums')}, n) ORDER BY n`,
    },
    {
      name: 'a lookup in memory, on each replica for itself',
      plain: 'CREATE TABLE spendlens.look (k String) ENGINE = Join(ANY, LEFT, k)',
      there: 'CREATE TABLE spendlens.look ON CLUSTER `c` (k String) ENGINE = Join(ANY, LEFT, k)',
    },
    {
      name: 'a view',
      plain: 'CREATE OR REPLACE VIEW spendlens.requests AS SELECT 1',
      there: 'CREATE OR REPLACE VIEW spendlens.requests ON CLUSTER `c` AS SELECT 1',
    },
    {
      name: 'a materialised view',
      plain: 'CREATE MATERIALIZED VIEW IF NOT EXISTS spendlens.to_hours TO spendlens.hours AS SELECT 1',
      there: 'CREATE MATERIALIZED VIEW IF NOT EXISTS spendlens.to_hours ON CLUSTER `c` TO spendlens.hours AS SELECT 1',
    },
    {
      name: 'a change',
      plain: 'ALTER TABLE spendlens.facts ADD COLUMN IF NOT EXISTS m UInt8',
      there: 'ALTER TABLE spendlens.facts ON CLUSTER `c` ADD COLUMN IF NOT EXISTS m UInt8',
    },
    {
      name: 'a removal',
      plain: 'DROP TABLE IF EXISTS spendlens.facts',
      there: 'DROP TABLE IF EXISTS spendlens.facts ON CLUSTER `c`',
    },
  ])('$name', ({ plain, there }) => {
    expect(replicate(plain, 'c')).toBe(there);
  });

  it('of a form that would reach one replica alone is refused', () => {
    expect(() => replicate('RENAME TABLE spendlens.a TO spendlens.b', 'c')).toThrow('cannot run on a cluster: RENAME');
  });
});
