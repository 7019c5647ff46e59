import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Broker, startBroker } from '../../harness/broker.ts';
import { brokerMissing } from '../../harness/kafka-jars.ts';
import { type Stack, startStack, until } from '../../harness/stack.ts';
import { readTopicLog } from '../../harness/topic-log.ts';
import { startUpstream, type Upstream } from '../../harness/upstream.ts';

const TOPIC = 'spendlens.exchanges';
const COUNT = "SELECT count() AS n FROM requests WHERE kind = 'app'";

describe.skipIf(brokerMissing() !== null)('npm start with KAFKA_BROKERS', () => {
  let broker: Broker;
  let upstream: Upstream;
  let stack: Stack;

  beforeAll(async () => {
    broker = await startBroker();
    await broker.stop();
    upstream = await startUpstream();
    // The broker is away: that must not keep anybody from starting, or from calling.
    stack = await startStack({
      config: `providers:\n  openai: { baseUrl: '${upstream.url}' }\n`,
      env: { ...broker.env, SPENDLENS_WORKERS: '2' },
    });
  });
  afterAll(async () => {
    await stack?.stop();
    await upstream?.close();
    await broker?.remove();
  });

  async function call(times: number): Promise<void> {
    for (let n = 0; n < times; n++) {
      const body = JSON.stringify({ model: 'gpt-4o-mini', messages: [] });
      const response = await fetch(`${stack.endpoints().proxy}/openai/v1/chat/completions`, { method: 'POST', body });
      expect(response.status).toBe(200);
      await response.text();
    }
  }
  const depth = async () => {
    const text = await (await fetch(`${stack.endpoints().proxy}/metrics`)).text();
    return Number(/^spendlens_outbox_depth (\d+)/m.exec(text)?.[1] ?? Number.NaN);
  };

  it('takes calls while no broker answers, and brings them through the topic once one does', async () => {
    await call(10);
    expect(await until(async () => (await depth()) === 10)).toBe(true);
    await broker.start();
    await stack.waitForCount(COUNT, 10);
    expect(await until(async () => (await depth()) === 0)).toBe(true);
    const log = await readTopicLog(broker.env, TOPIC);
    expect(log.filter(({ parsed }) => parsed.kind === 'exchange').length).toBeGreaterThanOrEqual(10);
    expect(existsSync(join(stack.folder, 'ingest', 'state.json'))).toBe(false);
  });

  it('restarts a forwarder that was killed, which goes on where it was', async () => {
    const before = stack.endpoints().pids.forwarder;
    process.kill(before ?? 0, 'SIGKILL');
    await call(10);
    await stack.waitForCount(COUNT, 20);
    const [row] = await stack.sql<{ n: string }>(COUNT);
    expect(Number(row?.n)).toBe(20);
    expect(stack.endpoints().pids.forwarder).not.toBe(before);
  });
});
