import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { createProcessMetrics } from '../../../bin/supervisor/metrics.ts';
import { createIngestMetrics } from '../../../ingest/metrics.ts';
import { createCaptureMemory } from '../../../proxy/capture/memory.ts';
import { createForwarderMetrics } from '../../../proxy/forwarder/metrics.ts';
import { createProxyMetrics } from '../../../proxy/metrics.ts';
import { createProviderLabel } from '../../../proxy/provider-label.ts';
import { createRoutedMetrics } from '../../../proxy/routed/metrics.ts';
import { createTargetStates } from '../../../proxy/routed/target-states.ts';
import { openTestOutbox, type TestOutbox } from '../../harness/ingest.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const docs = await readFile(join(root, 'docs', 'operations.md'), 'utf8');

const rules = z
  .object({
    groups: z.array(
      z.object({
        name: z.string(),
        rules: z.array(
          z.object({
            alert: z.string(),
            expr: z.string(),
            for: z.string().optional(),
            labels: z.object({ severity: z.enum(['critical', 'warning', 'info']) }),
            annotations: z.object({ summary: z.string().min(1) }),
          }),
        ),
      }),
    ),
  })
  .parse(parse(await readFile(join(root, 'docs', 'alerts.yml'), 'utf8')))
  .groups.flatMap((group) => group.rules);

let box: TestOutbox;
let known: ReadonlySet<string>;
beforeAll(async () => {
  box = await openTestOutbox();
  const registries = [new Registry(), new Registry(), new Registry()] as const;
  const labelOf = createProviderLabel([]);
  createProxyMetrics(registries[0], box.outbox, createCaptureMemory(1), labelOf);
  const { look } = createTargetStates();
  createRoutedMetrics({ registry: registries[0], labelOf, targets: () => [], look });
  createIngestMetrics(registries[1], Date.now).watchLag(() => []);
  createForwarderMetrics(registries[2], { behindSince: () => null, bytesInFlight: () => 0 });
  const all = [...registries, createProcessMetrics(() => [])];
  known = new Set(all.flatMap((registry) => registry.getMetricsAsArray().map(({ name }) => name)));
});
afterAll(() => box.remove());

const SUFFIX = /_(bucket|sum|count)$/;
const named = (text: string) => [...text.matchAll(/spendlens_[a-z_]+[a-z]/g)].map(([name]) => name);
const isKnown = (name: string) => known.has(name) || (SUFFIX.test(name) && known.has(name.replace(SUFFIX, '')));

describe('the alarms', () => {
  it.each(rules)('$alert asks for metrics that exist', ({ expr }) => {
    expect(named(expr).filter((name) => !isKnown(name))).toEqual([]);
    expect(named(expr).length > 0 || expr.startsWith('up{')).toBe(true);
  });

  it.each(rules)('$alert stands in operations.md with its metric', ({ alert, expr }) => {
    const row = docs.split('\n').find((line) => line.startsWith(`| \`${alert}\` |`)) ?? '';
    const metrics = expr.startsWith('up{') ? ['up'] : named(expr).map((name) => name.replace(SUFFIX, ''));
    expect(metrics.filter((name) => !row.includes(`\`${name}\``))).toEqual([]);
  });

  it('are those of the table in operations.md', () => {
    const table = [...docs.matchAll(/^\| `(Spendlens\w+)` \|/gm)].map(([, name]) => name);
    expect(table.sort()).toEqual(rules.map(({ alert }) => alert).sort());
  });
});

/** Between our own processes, or of the web app's development server. */
const INTERNAL: ReadonlySet<string> = new Set([
  'SPENDLENS_PROXY_FD',
  'SPENDLENS_WORKER',
  'SPENDLENS_ADOPT_FROM',
  'SPENDLENS_DASHBOARD',
]);
const variables = (text: string) =>
  [...text.matchAll(/\b(?:SPENDLENS|KAFKA|CLICKHOUSE|REDIS)_[A-Z_]*[A-Z]\b/g)].map(([name]) => name);

async function variablesIn(parts: string): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for await (const path of glob(parts, { cwd: root, exclude: ['**/dist/**', '**/node_modules/**'] })) {
    for (const name of variables(await readFile(join(root, path), 'utf8'))) found.add(name);
  }
  return found;
}
const CODE = '{bin,clickhouse,dashboard,demo,domain,ingest,kafka,process,proxy,repricing}/**/*.{ts,tsx}';
/** Of compose, and of tests that use a server which is there already. */
const AROUND = '{docker-compose.yml,test/{harness,integration}/**/*.ts}';

describe('operations.md', () => {
  it('names every variable, and none that is read nowhere', async () => {
    const [read, around] = await Promise.all([variablesIn(CODE), variablesIn(AROUND)]);
    const named = new Set(variables(docs));
    expect([...named].filter((name) => !read.has(name) && !around.has(name))).toEqual([]);
    expect([...read].filter((name) => !named.has(name) && !INTERNAL.has(name))).toEqual([]);
  });

  it('names every metric, and none that does not exist', () => {
    const users = ['spendlens_read', 'spendlens_ingest', 'spendlens_dashboard'];
    const mentioned = new Set(named(docs).filter((name) => !users.includes(name)));
    expect([...mentioned].filter((name) => !isKnown(name))).toEqual([]);
    expect([...known].filter((name) => !mentioned.has(name))).toEqual([]);
  });
});
