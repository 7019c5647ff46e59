import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { call } from '../harness/http-call.ts';
import { startTestProxy, type TestProxy } from '../harness/proxy.ts';
import { until } from '../harness/stack.ts';
import { openWire, residentBytes } from '../harness/wire.ts';
import { spread } from './figures.ts';

const MIB = 1024 ** 2;
const STREAMS = 1_000;
const LEAVERS = 50;
const say = (line: string) => process.stdout.write(`${line}\n`);
const mib = (bytes: number) => (bytes / MIB).toFixed(1).padStart(7);

/** Prints what the proxy holds in memory where apps and providers are slow, many, or send much. */
export async function benchEdges(): Promise<void> {
  const provider = fork(join(import.meta.dirname, 'edges-provider.ts'), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const [message]: { port: number }[] = await once(provider, 'message');
  const direct = `http://127.0.0.1:${message?.port}`;
  const proxy = await startTestProxy({ config: `providers: { edge: { baseUrl: '${direct}' } }\n` });
  try {
    await uploads(proxy);
    await slowReader(proxy, direct);
    await idleStreams(proxy, direct);
    await appsThatLeave(proxy, direct);
  } finally {
    await stop(proxy, provider);
  }
}

async function stop(proxy: TestProxy, provider: ChildProcess): Promise<void> {
  await proxy.stop();
  proxy.remove();
  provider.kill();
}

/** Resident memory of the proxy before `work`, at its highest, and three seconds after. */
async function memoryDuring(proxy: TestProxy, work: () => Promise<unknown>): Promise<string> {
  const now = () => residentBytes(proxy.child.pid);
  const before = now();
  let most = before;
  const watch = setInterval(() => {
    most = Math.max(most, now());
  }, 10);
  await work();
  clearInterval(watch);
  await sleep(3_000);
  return `resident MiB: before ${mib(before)}, at most ${mib(most)}, after ${mib(now())}`;
}

async function uploads(proxy: TestProxy): Promise<void> {
  say('uploads; what the proxy keeps of each is 4 MiB');
  for (const size of [100, 1_000]) {
    for (const framing of ['content-length', 'chunked'] as const) {
      const figures = await memoryDuring(proxy, () => upload(`${proxy.url}/edge/sink`, size * MIB, framing));
      say(`  ${String(size).padStart(5)} MiB, ${framing.padEnd(14)} ${figures}`);
    }
  }
}

async function upload(url: string, size: number, framing: 'content-length' | 'chunked'): Promise<void> {
  const headers = framing === 'chunked' ? { 'transfer-encoding': 'chunked' } : { 'content-length': size };
  const req = request(url, { method: 'POST', headers });
  const answered = once(req, 'response');
  const piece = Buffer.alloc(MIB, 'upload ');
  for (let sent = 0; sent < size; sent += MIB) if (!req.write(piece)) await once(req, 'drain');
  req.end();
  const [res] = await answered;
  res.resume();
  await once(res, 'end');
}

async function slowReader(proxy: TestProxy, direct: string): Promise<void> {
  say('an app that does not read, of an answer of 100 MiB');
  const app = await openWire(proxy.port);
  app.socket.pause();
  const figures = await memoryDuring(proxy, async () => {
    app.socket.write('GET /edge/flood HTTP/1.1\r\nHost: x\r\n\r\n');
    await sleep(3_000);
  });
  const sent = Number((await call(`${direct}/sent`)).body.toString());
  say(`  the provider got rid of ${mib(sent).trim()} MiB; ${figures}`);
  app.socket.destroy();
}

async function idleStreams(proxy: TestProxy, direct: string): Promise<void> {
  say(`${STREAMS} streams that are quiet`);
  const agent = new Agent({ maxSockets: STREAMS });
  const before = residentBytes(proxy.child.pid);
  const answers = Array.from({ length: STREAMS }, () => call(`${proxy.url}/edge/quiet`, { agent }));
  await sleep(10_000);
  const during = residentBytes(proxy.child.pid);
  say(
    `  resident MiB: before ${mib(before)}, with them ${mib(during)}: ${((during - before) / STREAMS / 1024).toFixed(1)} KiB each`,
  );
  const woken = Number((await call(`${direct}/wake`)).body.toString());
  const bodies = new Set(
    (await Promise.all(answers)).map(({ body, complete }) => (complete ? body.toString() : 'torn')),
  );
  const whole = Array.from({ length: STREAMS }, (_, index) => bodies.has(`: open\n\ndata: ${index}\n\n`)).filter(
    Boolean,
  );
  say(`  ${woken} woken, ${whole.length} got their own bytes and nothing else`);
}

async function appsThatLeave(proxy: TestProxy, direct: string): Promise<void> {
  const took: number[] = [];
  for (let n = 0; n < LEAVERS; n++) {
    const app = await openWire(proxy.port);
    app.socket.write('GET /edge/held HTTP/1.1\r\nHost: x\r\n\r\n');
    await app.waitFor(/: open/);
    const at = Date.now();
    app.socket.destroy();
    const closedAt = async () => Number((await call(`${direct}/left`)).body.toString());
    if (!(await until(async () => (await closedAt()) >= at))) throw new Error('a call outlived its app');
    took.push((await closedAt()) - at);
  }
  say(`${LEAVERS} apps that leave in mid-stream: ms until the provider's connection is closed, ${spread(took)}`);
}
