import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Run, Scenario } from './scenario.ts';

const SIZE = '512m';
const FULL_MS = { full: 30_000, short: 8_000 };
const MIB = Buffer.alloc(1024 * 1024, 'x');

/** The whole data folder lies on a disk that somebody else fills to its last byte: what ends meanwhile waits in memory. */
export const fullDisk: Scenario = {
  name: 'disk full',
  modes: ['embedded', 'kafka'],
  mayLose: 'nothing',
  short: [],
  takes: { full: 60, short: 30 },
  unable: () => {
    const folder = mkdtempSync(join(tmpdir(), 'spendlens-disk-'));
    const mounted = mount(folder);
    if (mounted) unmount(folder);
    rmSync(folder, { recursive: true });
    return mounted ? null : 'a small disk needs the right to mount a tmpfs';
  },
  prepare: async (folder) => {
    if (!mount(folder)) throw new Error(`cannot mount a tmpfs on ${folder}`);
    return async () => unmount(folder);
  },
  async strike({ installation, length }: Run) {
    const ballast = join(installation.stack.folder, 'ballast');
    // What the installation frees meanwhile is filled as well.
    const until = Date.now() + length(FULL_MS);
    while (Date.now() < until) {
      fill(ballast);
      await sleep(100);
    }
    rmSync(ballast);
  },
};

function mount(folder: string): boolean {
  return spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE}`, 'tmpfs', folder]).status === 0;
}

/** Lazily: something that dies may still have a file open. */
function unmount(folder: string): void {
  spawnSync('umount', ['-l', folder]);
}

function fill(path: string): void {
  const file = openSync(path, 'a');
  try {
    for (let size = MIB.length; size >= 1; size = Math.floor(size / 2)) while (takes(file, size));
  } finally {
    closeSync(file);
  }
}

function takes(file: number, size: number): boolean {
  try {
    return writeSync(file, MIB, 0, size) === size;
  } catch {
    return false;
  }
}
