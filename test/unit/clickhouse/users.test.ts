import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { userStatements, verifierOf } from '../../../clickhouse/users.ts';

const verifiers = {
  ingest: verifierOf('one', 'a1'),
  dashboard: verifierOf('two', 'b2'),
  reader: verifierOf('three', 'c3'),
};

describe('the users of a server', () => {
  it('are known by a hash over password and salt', () => {
    expect(verifierOf('secret', 'salt').hash).toBe(createHash('sha256').update('secretsalt').digest('hex'));
    expect(verifierOf('secret').salt).not.toBe(verifierOf('secret').salt);
    expect(userStatements(verifiers, null).join('\n')).not.toMatch(/'(one|two|three)'/);
  });

  it('are made on each server of a cluster', () => {
    const statements = userStatements(verifiers, 'all');
    expect(statements.every((statement) => statement.includes('ON CLUSTER `all`'))).toBe(true);
    expect(userStatements(verifiers, null).some((statement) => statement.includes('CLUSTER'))).toBe(false);
  });

  it('of analysts read what the embedded engine lets them read, and write nothing', () => {
    const theirs = userStatements(verifiers, null).filter((statement) => /TO spendlens_read$/.test(statement));
    expect(theirs.every((statement) => statement.startsWith('GRANT SELECT ON spendlens.'))).toBe(true);
    expect(theirs).toContain('GRANT SELECT ON spendlens.requests TO spendlens_read');
    expect(theirs.some((statement) => /config|migrations|\.\*/.test(statement))).toBe(false);
  });
});
