import { existsSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { root } from '../../harness/compose.ts';

interface Instruction {
  readonly name: string;
  readonly words: string;
  /** Counted from 0. */
  readonly stage: number;
}

function instructionsOf(text: string): Instruction[] {
  const lines = text
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll('\\\n', ' ')
    .split('\n')
    .filter((line) => line.trim() !== '');
  let stage = -1;
  return lines.map((line) => {
    const [, name = '', words = ''] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    if (name === 'FROM') stage++;
    return { name, words: words.replaceAll(/\s+/g, ' '), stage };
  });
}

const read = (path: string) => readFileSync(join(root, path), 'utf8');
const all = instructionsOf(read('Dockerfile'));
const last = Math.max(...all.map(({ stage }) => stage));
const ignored = read('.dockerignore')
  .split('\n')
  .filter((line) => line !== '');

/** Files of ours and packages that a script needs, however far down. */
function needsOf(script: string, seen = new Set<string>(), packages = new Set<string>()) {
  if (seen.has(script)) return { files: seen, packages };
  seen.add(script);
  const imports = read(script).matchAll(
    /^\s*(?:import|export)(?! type)[^'"]*?from '([^']+)'|new URL\('([^']+\.ts)', import\.meta\.url\)|join\(root, ((?:'[^']+'(?:, )?)+)\)/gm,
  );
  for (const [, from, worker, joined] of imports) {
    const path = joined ? join(...joined.split(', ').map((word) => word.slice(1, -1))) : undefined;
    const local = path ?? worker ?? (from?.startsWith('.') ? from : undefined);
    if (local !== undefined) {
      const target = path ?? relative(root, join(root, dirname(script), local));
      if (target.endsWith('.ts') && existsSync(join(root, target))) needsOf(target, seen, packages);
    } else if (from !== undefined && !from.startsWith('node:') && !builtinModules.includes(from)) {
      packages.add(
        from
          .split('/')
          .slice(0, from.startsWith('@') ? 2 : 1)
          .join('/'),
      );
    }
  }
  return { files: seen, packages };
}

const scripts = ['bin/start.ts', 'bin/migrate.ts', 'bin/health.ts', 'bin/sql.ts', 'bin/doctor.ts', 'bin/dlq.ts'];

describe('the Dockerfile', () => {
  it('builds in one stage and runs in another, as somebody who is not root', () => {
    expect(last).toBe(1);
    const final = all.filter(({ stage }) => stage === last).map(({ name, words }) => `${name} ${words}`);
    expect(final.indexOf('USER node')).toBeGreaterThan(0);
    expect(final.indexOf('USER node')).toBeLessThan(final.findIndex((line) => line.startsWith('CMD')));
    expect(final.findIndex((line) => line.startsWith('RUN'))).toBeLessThan(final.indexOf('USER node'));
  });

  it('runs the Node that the project brings', () => {
    const wanted = /NODE_VERSION = '(\d+)\./.exec(read('bin/run.mjs'))?.[1];
    for (const { words } of all.filter(({ name }) => name === 'FROM'))
      expect(words).toMatch(new RegExp(`^node:${wanted}-\\w+-slim\\b`));
  });

  it('copies and runs what is there', () => {
    for (const { words } of all.filter(({ name }) => name === 'COPY')) {
      const sources = words.split(' ').slice(0, -1);
      if (sources[0]?.startsWith('--from=build')) expect(sources[1]).toBe('/app');
      else for (const source of sources) expect(existsSync(join(root, source)), source).toBe(true);
    }
    const run = all.flatMap(({ words }) =>
      [...words.matchAll(/node"?,? "?(bin\/\w+\.ts)/g)].map(([, script = '']) => script),
    );
    expect(run).toEqual(expect.arrayContaining(['bin/web.ts', 'bin/health.ts', 'bin/start.ts']));
    for (const script of run) expect(existsSync(join(root, script)), script).toBe(true);
  });

  it('leaves out nothing that its commands need', () => {
    const folders = ignored.map((line) => line.replace('**/', ''));
    const files = new Set(scripts.flatMap((script) => [...needsOf(script).files]));
    expect([...files]).toEqual(expect.arrayContaining(['proxy/main.ts', 'ingest/main.ts', 'dashboard/server/main.ts']));
    for (const file of files) {
      const parts = file.split('/');
      expect(
        folders.some((folder) => folder === parts[0] || parts.includes(folder)),
        file,
      ).toBe(false);
    }
  });

  it('keeps every package that its commands need when it prunes', () => {
    const { dependencies } = z
      .object({ dependencies: z.record(z.string(), z.string()) })
      .parse(JSON.parse(read('package.json')));
    const packages = new Set(scripts.flatMap((script) => [...needsOf(script).packages]));
    expect(packages.size).toBeGreaterThan(8);
    for (const name of packages) expect(Object.keys(dependencies)).toContain(name);
  });

  it('holds no secret', () => {
    const set = all.filter(({ name }) => name === 'ENV' || name === 'ARG').map(({ words }) => words);
    for (const words of set) expect(words).not.toMatch(/PASSWORD|TOKEN|SECRET|_KEY/);
  });
});
