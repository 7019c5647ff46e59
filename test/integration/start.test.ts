import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nextFreePort } from '../../bin/supervisor/ports.ts';
import { endpoints } from '../../domain/endpoints.ts';
import { type Stack, startStack, until } from '../harness/stack.ts';
import { startWarehouse } from '../harness/warehouse.ts';

const root = join(import.meta.dirname, '..', '..');

/** Runs the start command until it ends by itself, as it must where it cannot start. */
function start(env: Record<string, string>): Promise<{ code: number | null; output: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'spendlens-start-'));
  const ports = { SPENDLENS_PROXY_PORT: '0', SPENDLENS_DASHBOARD_PORT: '0', SPENDLENS_CLICKHOUSE_PORT: '0' };
  const child = spawn(process.execPath, [join(root, 'bin', 'start.ts')], {
    env: { ...process.env, SPENDLENS_DATA: folder, ...ports, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  return new Promise((resolve) =>
    child.on('exit', (code) => {
      rmSync(folder, { recursive: true, force: true });
      resolve({ code, output });
    }),
  );
}

describe('a start that cannot be says why, and ends', () => {
  it('a variable that is no number: its name, what it was, what was expected', async () => {
    const { code, output } = await start({ SPENDLENS_PROXY_PORT: 'eighty' });
    expect(code).toBe(1);
    expect(output).toContain('SPENDLENS_PROXY_PORT="eighty"');
    expect(output).not.toContain('    at ');
  });

  it('spendlens.yaml: file, line and key', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'spendlens-yaml-'));
    const file = join(folder, 'spendlens.yaml');
    writeFileSync(file, 'providers:\n  openai:\n    baseURL: https://api.openai.com\n');
    const { code, output } = await start({ SPENDLENS_CONFIG: file });
    rmSync(folder, { recursive: true });
    expect(code).toBe(1);
    expect(output).toContain(`${file}:3`);
    expect(output).toContain('baseURL');
    expect(output).not.toContain('    at ');
  });

  it('a taken proxy port: its owner', async () => {
    const other = createTcpServer().listen(0, '127.0.0.1');
    await until(() => other.listening);
    const { port } = other.address() as AddressInfo;
    const { code, output } = await start({ SPENDLENS_PROXY_PORT: String(port) });
    other.close();
    expect(code).toBe(1);
    expect(output).toContain(`port ${port} on 127.0.0.1 is taken by`);
    if (process.platform === 'linux') expect(output).toContain(`(process ${process.pid})`);
    expect(output).toContain('SPENDLENS_PROXY_PORT');
  });

  it('a data folder that is none', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'spendlens-file-')), 'data');
    writeFileSync(file, 'in the way');
    const { code, output } = await start({ SPENDLENS_DATA: file });
    expect(code).toBe(1);
    expect(output).toContain(`cannot use the data folder ${file}`);
    expect(output).not.toContain('    at ');
  });

  it('an address that others can reach, without a key', async () => {
    const { code, output } = await start({ SPENDLENS_PROXY_HOST: '0.0.0.0' });
    expect(code).toBe(1);
    expect(output).toContain('SPENDLENS_PROXY_KEY');
  });
});

describe('a running installation', () => {
  let upstream: Server;
  let stack: Stack;

  beforeAll(async () => {
    upstream = createServer((request, response) => {
      request.resume();
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: {"choices":[{"delta":{"content":"Once"}}]}\n\n');
      if (request.url?.includes('short')) response.end('data: [DONE]\n\n');
    }).listen(0, '127.0.0.1');
    await until(() => upstream.listening);
    const { port } = upstream.address() as AddressInfo;
    stack = await startStack({
      folder: mkdtempSync(join(tmpdir(), 'spendlens-running-')),
      config: `providers:\n  openai: { baseUrl: 'http://127.0.0.1:${port}' }\n`,
    });
  });

  afterAll(async () => {
    await stack?.stop();
    upstream.closeAllConnections();
    upstream.close();
    rmSync(stack.folder, { recursive: true, force: true });
  });

  it('tells scripts where everything is, and nobody else', () => {
    const file = join(stack.folder, 'endpoints.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const { pids } = endpoints.parse(JSON.parse(readFileSync(file, 'utf8')));
    expect(pids.supervisor).toBe(stack.process.pid);
    expect([...pids.proxy, pids.ingest, pids.warehouse, pids.dashboard].every((pid) => pid !== null)).toBe(true);
  });

  it('refuses a second instance on its data folder', async () => {
    const { code, output } = await start({ SPENDLENS_DATA: stack.folder });
    expect(code).toBe(1);
    expect(output).toContain(`another Spendlens runs on ${stack.folder}`);
  });

  it('starts a child again that died, says so, and does not refuse a caller meanwhile', async () => {
    const [before] = stack.endpoints().pids.proxy;
    if (before === null || before === undefined) throw new Error('no proxy');
    process.kill(before, 'SIGKILL');
    const answer = await fetch(`${stack.endpoints().proxy}/openai/v1/chat/completions?short`, { method: 'POST' });
    expect(answer.status).toBe(200);
    await answer.text();
    expect(await until(() => typeof stack.endpoints().pids.proxy[0] === 'number')).toBe(true);
    expect(stack.endpoints().pids.proxy[0]).not.toBe(before);
    expect(stack.output()).toContain('proxy died (signal SIGKILL); restart 1');
  });

  it('drains on Ctrl-C; a stream that lasts longer is cut, and recorded so', async () => {
    const id = crypto.randomUUID();
    const { proxy } = stack.endpoints();
    const stream = await fetch(`${proxy}/openai/v1/chat/completions`, {
      method: 'POST',
      headers: { 'helicone-request-id': id },
    });
    const reader = stream.body?.getReader();
    await reader?.read();
    const broken = reader?.read().then(
      () => false,
      () => true,
    );
    await stack.stop();
    expect(await broken, 'the client sees a broken stream, not an end').toBe(true);

    stack = await startStack({ folder: stack.folder });
    await stack.waitForCount(`SELECT count() AS n FROM requests WHERE request_id = '${id}'`, 1);
    const [row] = await stack.sql<{ error_kind: string }>(`SELECT error_kind FROM requests WHERE request_id = '${id}'`);
    expect(row?.error_kind).toBe('drained');
  });
});

describe('a warehouse of the operator’s own', () => {
  it('is migrated and written like ours, and no embedded engine starts', async () => {
    // The engine as a server elsewhere: what matters is that nothing is known of it but its URL and credentials.
    const server = await startWarehouse();
    const { ingest, reader } = server.users;
    const stack = await startStack({
      config: 'providers:\n  openai: { baseUrl: "http://127.0.0.1:9" }\n',
      env: {
        CLICKHOUSE_URL: server.url,
        CLICKHOUSE_USER: ingest.username,
        CLICKHOUSE_PASSWORD: ingest.password,
        SPENDLENS_READER_PASSWORD: reader.password,
      },
    });
    expect(stack.endpoints().clickhouse).toBe(server.url);
    expect(stack.endpoints().pids.warehouse).toBeNull();
    const answer = await fetch(`${stack.endpoints().proxy}/openai/v1/models`);
    expect(answer.status).toBe(502);
    await stack.waitForCount('SELECT count() AS n FROM requests', 1);
    await stack.stop();
    await server.stop();
  });

  it('may be away at the start: the proxy serves, and what it recorded arrives later', async () => {
    const port = await nextFreePort('127.0.0.1', 20_000 + Math.floor(Math.random() * 20_000));
    const first = await startWarehouse({ port });
    const { ingest, reader } = first.users;
    await first.kill();
    const proxyPort = await nextFreePort('127.0.0.1', port + 1);
    const starting = startStack({
      config: 'providers:\n  openai: { baseUrl: "http://127.0.0.1:9" }\n',
      env: {
        CLICKHOUSE_URL: first.url,
        CLICKHOUSE_USER: ingest.username,
        CLICKHOUSE_PASSWORD: ingest.password,
        SPENDLENS_READER_PASSWORD: reader.password,
        SPENDLENS_PROXY_PORT: String(proxyPort),
      },
    });
    const call = () =>
      fetch(`http://127.0.0.1:${proxyPort}/openai/v1/models`).then(
        ({ status }) => status,
        () => 0,
      );
    expect(await until(async () => (await call()) === 502), 'the proxy serves').toBe(true);
    const again = await startWarehouse({ folder: first.folder, port });
    const stack = await starting;
    expect(stack.output()).toContain('the migrations wait for the warehouse');
    await stack.waitForCount('SELECT count() AS n FROM requests', 1);
    await stack.stop();
    await again.stop();
    rmSync(first.folder, { recursive: true, force: true });
  });
});
