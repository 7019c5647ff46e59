import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/**
 * Completes package-lock.json after dependencies changed. npm leaves out optional packages of other platforms that it
 * could not resolve at that moment, and `npm ci` then refuses the file on every platform. Their versions are exact in
 * the packages that want them, and their names tell the platform.
 */
const path = join(import.meta.dirname, '..', 'package-lock.json');

const entry = z.looseObject({ optionalDependencies: z.record(z.string(), z.string()).optional() });
const lockFile = z.looseObject({ packages: z.record(z.string(), entry) });

const systems = ['darwin', 'linux', 'win32', 'android', 'freebsd', 'openharmony', 'openbsd', 'netbsd', 'sunos', 'aix'];
const processors = ['arm64', 'x64', 'ia32', 'arm', 'ppc64', 'riscv64', 's390x', 'loong64', 'mips64el', 'wasm32'];

const lock = lockFile.parse(JSON.parse(readFileSync(path, 'utf8')));
const added: string[] = [];
for (const [owner, { optionalDependencies = {} }] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    const place = `node_modules/${name}`;
    if (place in lock.packages || `${owner}/${place}` in lock.packages) continue;
    if (!/^\d/.test(version)) throw new Error(`${owner} wants ${name}@${version}, which is no exact version`);
    lock.packages[place] = { version, ...platformOf(name), optional: true };
    added.push(`${name}@${version}`);
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
process.stdout.write(`${added.length} added\n${added.map((line) => `  ${line}\n`).join('')}`);

function platformOf(name: string): { os?: string[]; cpu?: string[]; libc?: string[] } {
  const words = name.split(/[-/@.]/);
  const os = systems.filter((system) => words.includes(system));
  const cpu = processors.filter((processor) => words.includes(processor));
  if (os.length + cpu.length === 0) throw new Error(`${name} does not tell its platform`);
  const libc =
    words.includes('musl') || words.includes('musleabihf') ? ['musl'] : words.includes('gnu') ? ['glibc'] : [];
  return { ...(os.length > 0 && { os }), ...(cpu.length > 0 && { cpu }), ...(libc.length > 0 && { libc }) };
}
