import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { createConfigLog } from '../../../clickhouse/config-log.ts';
import { priceOverrideKind } from '../../../clickhouse/price-rules.ts';
import { startIngest } from '../../../ingest/start.ts';
import { chatAttempt, chatExchange, jsonBody } from '../../harness/exchanges.ts';
import { type MigratedWarehouse, openTestOutbox, quietLog, startMigrated } from '../../harness/ingest.ts';
import { until } from '../../harness/stack.ts';

let migrated: MigratedWarehouse;
beforeAll(async () => {
  migrated = await startMigrated();
});
afterAll(() => migrated.stop());

const row = z.object({ seq: z.coerce.number(), cost_usd: z.string().nullable(), price_version: z.string() });

it('an override of the file or the dashboard holds for what comes after it, and the row names it', async () => {
  const box = await openTestOutbox();
  const configPath = join(box.data, 'spendlens.yaml');
  await writeFile(
    configPath,
    'models:\n  - { id: prod, provider: azure, name: chat-prod, priceAs: openai/gpt-4o-mini }\n',
  );
  const config = { data: box.data, configPath, warehouse: migrated.access };
  const ingest = await startIngest({ config, log: quietLog, registry: new Registry() });
  const rows = () =>
    migrated.warehouse.rows(row, {
      text: 'SELECT seq, cost_usd, price_version FROM spendlens.attempts WHERE outbox_id = {id:String} ORDER BY seq',
      params: { id: box.outbox.id },
    });
  const arrived = (count: number) => until(async () => (await rows()).length >= count);

  await box.send(chatExchange());
  // A deployment's name is the user's own, and this answer names no other.
  const answer = { choices: [], usage: { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 } };
  await box.send(
    chatExchange({
      provider: 'azure',
      path: '/openai/deployments/chat-prod/chat/completions',
      request: jsonBody({ messages: [] }),
      attempts: [chatAttempt({ provider: 'azure', response: jsonBody(answer) })],
    }),
  );
  expect(await arrived(2)).toBe(true);

  const changes = createConfigLog(migrated.warehouse);
  const value = { provider: 'openai', model: 'gpt-4o-mini*', percent: '-50', note: '' };
  await changes.put(priceOverrideKind, { id: 'contract', version: 0, who: 'test', value });
  let seq = 2;
  const halved = await until(async () => {
    await box.send(chatExchange());
    seq++;
    return (await arrived(seq)) && ((await rows()).at(-1)?.price_version.includes('override contract@1') ?? false);
  });
  expect(halved).toBe(true);

  const all = await rows();
  expect(all[0]).toMatchObject({ cost_usd: '0.000021000' }); /* 100 × 150 + 10 × 600 n$ */
  expect(all[1]).toMatchObject({ cost_usd: '0.000021000' });
  expect(all.at(-1)).toMatchObject({ cost_usd: '0.000010500' });
  await ingest.stop();
  await box.remove();
});
