import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { createWarehouse } from '../clickhouse/client.ts';
import { askCompleteness, type Completeness, isWhole, type OutboxAccount } from '../clickhouse/query/completeness.ts';
import { endpoints } from '../domain/endpoints.ts';
import { SpendlensError } from '../domain/error.ts';

const secrets = z.object({ dashboardPassword: z.string() });

async function main(): Promise<void> {
  const folder = process.env['SPENDLENS_DATA'] ?? 'data';
  const { clickhouse } = await readJson(endpoints, join(folder, 'endpoints.json'));
  const { dashboardPassword } = await readJson(secrets, join(folder, 'secrets.json'));
  const warehouse = createWarehouse({ url: clickhouse, user: 'spendlens_dashboard', password: dashboardPassword });
  const found = await askCompleteness(warehouse);
  await warehouse.close();
  process.stdout.write(`${report(found).join('\n')}\n`);
  if (!found.complete) process.exitCode = 1;
}

function report(found: Completeness): string[] {
  const sum = (pick: (account: OutboxAccount) => number) =>
    found.outboxes.reduce((total, each) => total + pick(each), 0);
  const faults = found.outboxes.filter((account) => !isWhole(account));
  return [
    `${plural(found.outboxes.length, 'outbox', 'outboxes')}, ${plural(
      sum((each) => each.delivered),
      'exchange',
    )} delivered: ` +
      `${sum((each) => each.exchanges)} stand, ${found.deadLetters} are dead letters, ${sum((each) => each.removed)} were removed on purpose.`,
    ...(found.lostExchanges + found.lostBodies > 0
      ? [
          `For want of room the proxies gave up ${plural(found.lostExchanges, 'exchange')} and ${plural(found.lostBodies, 'body', 'bodies')}.`,
        ]
      : []),
    ...(found.gaps > 0 ? [`${plural(found.gaps, 'sequence number')} never arrived: see spendlens.gaps.`] : []),
    ...faults.flatMap(faultsOf),
    found.complete ? 'Complete: nothing is missing and nothing stands twice.' : 'NOT complete.',
  ];
}

function faultsOf(account: OutboxAccount): string[] {
  const { outboxId, holes, missing, duplicated, attemptsOff, uneven } = account;
  const says = (fault: string) => `  outbox ${outboxId}: ${fault}`;
  return [
    ...holes.map(({ from, to }) => says(`no slice holds ${from} to ${to}`)),
    ...(missing > 0 ? [says(`${missing} of ${account.delivered} delivered are missing`)] : []),
    ...(missing < 0 ? [says(`${-missing} stand that no slice delivered`)] : []),
    ...(duplicated > 0 ? [says(`${duplicated} stand more than once`)] : []),
    ...(attemptsOff !== 0 ? [says(`${Math.abs(attemptsOff)} attempts too ${attemptsOff > 0 ? 'many' : 'few'}`)] : []),
    ...(uneven > 0 ? [says(`${plural(uneven, 'slice')} with counts that are not those of their stretch`)] : []),
  ];
}

async function readJson<Value>(schema: z.ZodType<Value>, path: string): Promise<Value> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new SpendlensError('data_folder_unusable', `cannot read ${path}: is Spendlens running on this data folder?`, {
      cause,
    });
  });
  return schema.parse(JSON.parse(text));
}

function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

main().catch((error: unknown) => {
  process.stderr.write(`spendlens doctor: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
});
