import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { z } from 'zod';
import { buildWeb } from './web.ts';

const root = join(import.meta.dirname, '..');
const bin = (name: string) => join(root, 'node_modules', '.bin', name);
const say = (line: string) => process.stdout.write(`${line}\n`);

const report = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string(),
      assertionResults: z.array(
        z.object({ fullName: z.string(), status: z.string(), failureMessages: z.array(z.string()).nullish() }),
      ),
    }),
  ),
});

const faultsReport = z.object({ passed: z.number(), failed: z.number(), skipped: z.number() });

interface Outcome extends z.infer<typeof faultsReport> {
  /** What failed and why, to be read again under everything else that was printed. */
  readonly failures: readonly string[];
}

/** Always the same moments, so that a failure can be had again. */
const FAULTS_SEED = '1';

interface Step {
  name: string;
  run(): Promise<Outcome>;
}

const checks = [
  'domain',
  'process',
  'kafka',
  'proxy',
  'ingest',
  'clickhouse',
  'repricing',
  'dashboard',
  'demo',
  'bin',
  'test',
];

/** In this order, so that what fails fast is told first. Arguments name the steps to run; none = all. */
const steps: Step[] = [
  check('types', 'tsc', ['--project', root]),
  check('lint', 'biome', ['check', '--error-on-warnings', root]),
  check('imports', 'depcruise', [
    '--config',
    '.dependency-cruiser.mjs',
    ...checks.filter((f) => existsSync(join(root, f))),
  ]),
  check('dead-code', 'knip', ['--no-progress']),
  vitest('unit'),
  vitest('integration'),
  { name: 'faults', run: runFaults },
  vitest('browser'),
];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !steps.some((step) => step.name === name));
if (unknown.length > 0) {
  say(`no such step: ${unknown.join(', ')}; there are ${steps.map((step) => step.name).join(', ')}`);
  process.exit(2);
}
const chosen = steps.filter((step) => wanted.length === 0 || wanted.includes(step.name));
const total = { passed: 0, failed: 0, skipped: 0 };
const failures: string[] = [];
await buildWeb(say);
for (const [index, step] of chosen.entries()) {
  say(`\n▶ ${index + 1}/${chosen.length} ${step.name}`);
  const startedAt = Date.now();
  const outcome = await step.run();
  for (const key of ['passed', 'failed', 'skipped'] as const) total[key] += outcome[key];
  failures.push(...outcome.failures.map((failure) => `✘ ${step.name}: ${failure}`));
  say(`${outcome.failed === 0 ? '✔' : '✘'} ${step.name} ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
}
if (failures.length > 0) say(`\n${failures.join('\n')}`);
say(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed === 0 ? 0 : 1);

/** A tool that says yes or no about the whole tree; counts as one test. */
function check(name: string, tool: string, args: string[]): Step {
  return {
    name,
    run: async () => {
      const ok = (await command(bin(tool), args)) === 0;
      return ok ? { passed: 1, failed: 0, skipped: 0, failures: [] } : failedAs(tool);
    },
  };
}

function vitest(project: string): Step {
  return { name: project, run: () => runVitest(project) };
}

function failedAs(failure: string): Outcome {
  return { passed: 0, failed: 1, skipped: 0, failures: [failure] };
}

/** The reduced set; each of its scenarios counts as one test. */
async function runFaults(): Promise<Outcome> {
  return withReport(async (file) => {
    const args = [join(root, 'bin', 'faults.ts'), '--short', '--seed', FAULTS_SEED, '--report', file];
    const code = await command(process.execPath, args);
    const counts = readReport(file, faultsReport);
    if (counts === null) return failedAs('ended without a report');
    if (code === 0) return { ...counts, failures: [] };
    return { ...counts, failed: Math.max(counts.failed, 1), failures: ['see the table of faults above'] };
  });
}

async function runVitest(project: string): Promise<Outcome> {
  return withReport(async (file) => {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
    const code = await command(bin('vitest'), ['run', '--project', project, '--passWithNoTests', ...reporters]);
    const found = readReport(file, report);
    if (found === null) return failedAs('ended without a report');
    const { numPassedTests: passed, numFailedTests, numPendingTests, numTodoTests } = found;
    const failures = failuresOf(found);
    if (code !== 0 && failures.length === 0) failures.push('something outside of any test; see above');
    // A file that cannot even be loaded fails without a failing test in it.
    const failed = Math.max(numFailedTests, failures.length);
    return { passed, failed, skipped: numPendingTests + numTodoTests, failures };
  });
}

function failuresOf({ testResults }: z.infer<typeof report>): string[] {
  return testResults.flatMap(({ name, status, message, assertionResults }) => {
    const file = relative(root, name);
    const failed = assertionResults.filter((test) => test.status === 'failed');
    if (failed.length === 0) return status === 'failed' ? [`${file}\n  ${firstLine(message)}`] : [];
    return failed.map((test) => `${file}: ${test.fullName}\n  ${firstLine(test.failureMessages?.[0] ?? '')}`);
  });
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}

async function withReport<Result>(work: (file: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'spendlens-test-'));
  try {
    return await work(join(folder, 'report.json'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Null where a tool died before it wrote one. */
function readReport<Report>(file: string, schema: z.ZodType<Report>): Report | null {
  return existsSync(file) ? (schema.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data ?? null) : null;
}

function command(path: string, args: string[]): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(path, args, {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, PATH: `${join(process.execPath, '..')}:${process.env['PATH'] ?? ''}` },
    });
    child.on('error', (error) => {
      say(`cannot run ${path}: ${error.message}`);
      resolve(1);
    });
    child.on('exit', (code) => resolve(code ?? 1));
  });
}
