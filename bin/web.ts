import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const web = join(root, 'dashboard', 'web');
const stamp = join(web, 'dist', '.built-from');

/** Builds the web app unless the last build was of the same sources. */
export async function buildWeb(say: (line: string) => void): Promise<void> {
  const sources = hashOfSources();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === sources) return;
  say('Building the dashboard (once, about 10 s) …');
  await vite();
  writeFileSync(stamp, sources);
}

function hashOfSources(): string {
  const hash = createHash('sha256').update(readFileSync(join(root, 'package-lock.json')));
  for (const folder of [web, join(root, 'domain')]) {
    for (const path of filesBelow(folder)) hash.update(path).update(readFileSync(path));
  }
  return hash.digest('hex');
}

function filesBelow(folder: string): string[] {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return paths
    .filter((path) => path !== 'dist' && !path.startsWith('dist/'))
    .map((path) => join(folder, path))
    .filter((path) => statSync(path).isFile());
}

function vite(): Promise<void> {
  return new Promise((resolve, reject) => {
    const script = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
    const child = spawn(process.execPath, [script, 'build', web, '--logLevel', 'warn'], {
      cwd: root,
      stdio: ['ignore', 2, 2],
    });
    child.once('error', reject);
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error('the dashboard could not be built'))));
  });
}

if (import.meta.main) await buildWeb((line) => process.stderr.write(`${line}\n`));
