import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { adoptOrphans } from '../../../../proxy/outbox/adopt.ts';
import { openOutbox } from '../../../../proxy/outbox/open-outbox.ts';
import { createOutboxReader } from '../../../../proxy/outbox/reader.ts';
import { chatExchange, skeletonOf } from '../../../harness/exchanges.ts';

let logged = '';
const log = pino(
  {},
  {
    write: (line: string) => {
      logged += line;
    },
  },
);

it('clears up after workers that there are no more, and leaves all others alone', async () => {
  const data = await mkdtemp(join(tmpdir(), 'spendlens-adopt-'));
  const outboxes = join(data, 'outbox');
  const options = { acknowledgementPath: join(data, 'state.json'), log, pollMs: 20 };
  for (const slot of ['0', '1', 'demo-1']) {
    const outbox = await openOutbox({ ...options, folder: join(outboxes, slot) });
    const exchange = chatExchange();
    await outbox.end(outbox.begin(skeletonOf(exchange)), exchange);
    outbox.begin(skeletonOf(chatExchange()));
    await outbox.close();
  }
  await mkdir(join(outboxes, 'not-ours'));

  const adoption = adoptOrphans({ ...options, outboxes, fromSlot: 1 });
  // Only then may this process read: an environment has one mode in each process.
  await expect.poll(() => logged).toContain('adopted');
  const all = await createMarks(outboxes);
  await writeFile(options.acknowledgementPath, JSON.stringify({ marks: all }));
  await expect.poll(() => existsSync(join(outboxes, '1'))).toBe(false);
  expect(['0', 'demo-1', 'not-ours'].map((slot) => existsSync(join(outboxes, slot)))).toEqual([true, true, true]);
  await adoption.stop();
  await rm(data, { recursive: true, force: true });
});

/** As if ingest had taken in everything. */
async function createMarks(outboxes: string): Promise<Record<string, number>> {
  const reader = createOutboxReader(outboxes);
  const states = await reader.outboxes();
  await reader.close();
  // Slots 0, 1 and demo-1 have an entry each, and what was in flight in slot 1 stands under the adopter's id.
  expect(states.filter(({ open }) => open)).toHaveLength(1);
  expect(states).toHaveLength(4);
  return Object.fromEntries(states.map(({ id }) => [id, 1_000]));
}
