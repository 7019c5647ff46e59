import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { SpendlensError } from '../../domain/error.ts';

/** The port itself where it is free, 0 asks for any. @throws SpendlensError port_in_use naming the owner. */
export async function claimPort(host: string, port: number, variable: string): Promise<number> {
  const free = await tryPort(host, port);
  if (free !== null) return free;
  throw new SpendlensError(
    'port_in_use',
    `port ${port} on ${host} is taken by ${ownerOf(port)}. Apps point at this port, so it does not move by itself: ` +
      `stop that program, or set ${variable} to another port.`,
  );
}

/** The first free port from `port` on. */
export async function nextFreePort(host: string, port: number): Promise<number> {
  for (let candidate = port; candidate < port + 100; candidate++) {
    const free = await tryPort(host, candidate);
    if (free !== null) return free;
  }
  throw new SpendlensError('port_in_use', `ports ${port} to ${port + 99} on ${host} are all taken`);
}

function tryPort(host: string, port: number): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') return resolve(null);
      reject(
        new SpendlensError('config_invalid', `cannot listen on ${host}:${port}: ${error.message}`, { cause: error }),
      );
    });
    server.listen(port, host, () => {
      const address = server.address();
      const taken = typeof address === 'object' && address !== null ? address.port : port;
      server.close(() => resolve(taken));
    });
  });
}

/** `node (process 4711)` where the system tells (Linux, own processes or root), else a general word. */
function ownerOf(port: number): string {
  try {
    const inodes = listeningInodes(port);
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      if (!holdsSocket(pid, inodes)) continue;
      return `${readFileSync(`/proc/${pid}/comm`, 'utf8').trim()} (process ${pid})`;
    }
  } catch {
    // No /proc on this platform.
  }
  return 'another program';
}

function listeningInodes(port: number): Set<string> {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const lines = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((path) => readFileSync(path, 'utf8').split('\n').slice(1));
  const fields = lines.map((line) => line.trim().split(/\s+/));
  const LISTEN = '0A';
  return new Set(fields.filter((f) => f[1]?.endsWith(`:${hex}`) && f[3] === LISTEN).map((f) => `socket:[${f[9]}]`));
}

function holdsSocket(pid: string, inodes: Set<string>): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => inodes.has(linkOf(`/proc/${pid}/fd/${fd}`)));
  } catch {
    return false;
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
