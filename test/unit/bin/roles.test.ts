import { describe, expect, it } from 'vitest';
import { readSupervisorConfig } from '../../../bin/supervisor/config.ts';
import { chooseRoles } from '../../../bin/supervisor/roles.ts';

const here = { server: false, kafka: false };
const scale = { server: true, kafka: true };

describe('roles', () => {
  it('are all that apply, unless somebody says which', () => {
    expect([...chooseRoles(undefined, here)]).toEqual(['proxy', 'ingest', 'warehouse', 'dashboard']);
    expect([...chooseRoles(undefined, scale)]).toEqual(['proxy', 'ingest', 'dashboard']);
    expect([...chooseRoles('proxy', { server: false, kafka: true })]).toEqual(['proxy']);
    expect([...chooseRoles(' dashboard , ingest', scale)]).toEqual(['dashboard', 'ingest']);
  });

  it.each([
    { name: 'an unknown one', asked: 'proxy,web', where: scale, said: '"web" is none of proxy' },
    { name: 'none at all', asked: ' ', where: scale, said: '"" is none of' },
    {
      name: 'an embedded warehouse beside a server',
      asked: 'warehouse',
      where: scale,
      said: 'CLICKHOUSE_URL names a server',
    },
    { name: 'ingest without a warehouse', asked: 'proxy,ingest', where: here, said: 'ingest needs a warehouse' },
    {
      name: 'a dashboard without a warehouse',
      asked: 'dashboard',
      where: { server: false, kafka: true },
      said: 'dashboard needs a warehouse',
    },
    { name: 'a proxy whose outbox nobody reads', asked: 'proxy', where: here, said: 'only where KAFKA_BROKERS is set' },
    {
      name: 'ingest without an outbox to read',
      asked: 'ingest',
      where: { server: true, kafka: false },
      said: 'only where KAFKA_BROKERS is set',
    },
  ])('that could not work are refused: $name', ({ asked, where, said }) => {
    expect(() => chooseRoles(asked, where)).toThrow(said);
    expect(() => chooseRoles(asked, where)).toThrow('SPENDLENS_ROLES=');
  });
});

describe('the supervisor', () => {
  const server = { CLICKHOUSE_URL: 'http://clickhouse:8123', KAFKA_BROKERS: 'kafka:9092' };

  it('must be told where the proxy of its dashboard is', () => {
    const env = { ...server, SPENDLENS_ROLES: 'dashboard' };
    expect(() => readSupervisorConfig(env)).toThrow('SPENDLENS_PROXY_URL');
    expect(readSupervisorConfig({ ...env, SPENDLENS_PROXY_URL: 'http://proxy:8787' }).proxyUrl).toBe(
      'http://proxy:8787',
    );
  });

  it('shows its metrics to others only for a token', () => {
    const env = { ...server, SPENDLENS_OPERATIONS_PORT: '8789', SPENDLENS_OPERATIONS_HOST: '0.0.0.0' };
    expect(() => readSupervisorConfig(env)).toThrow('SPENDLENS_METRICS_TOKEN');
    expect(readSupervisorConfig({ ...env, SPENDLENS_OPERATIONS_HOST: '' }).operations).toMatchObject({
      host: '127.0.0.1',
    });
    expect(readSupervisorConfig(server).operations).toBeNull();
  });

  it('takes secrets from the environment and never repeats them', () => {
    const env = { ...server, SPENDLENS_TOKEN: 'long-enough-a-token', SPENDLENS_INGEST_PASSWORD: 'short' };
    expect(() => readSupervisorConfig(env)).toThrow('SPENDLENS_INGEST_PASSWORD: must have at least 16 characters');
    expect(() => readSupervisorConfig(env)).not.toThrow('"short"');
    const { secrets } = readSupervisorConfig({ ...env, SPENDLENS_INGEST_PASSWORD: '' });
    expect(secrets).toEqual({ token: 'long-enough-a-token' });
  });
});
