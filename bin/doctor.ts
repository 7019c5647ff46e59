import { createWarehouse } from '../clickhouse/client.ts';
import { askCompleteness, type Completeness, isWhole, type OutboxAccount } from '../clickhouse/query/completeness.ts';
import { findWarehouse } from '../demo/installation.ts';

async function main(): Promise<void> {
  const warehouse = createWarehouse(await findWarehouse(process.env, ['spendlens_dashboard', 'spendlens_ingest']));
  try {
    const found = await askCompleteness(warehouse);
    process.stdout.write(`${report(found).join('\n')}\n`);
    if (!found.complete) process.exitCode = 1;
  } finally {
    await warehouse.close();
  }
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

function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

main().catch((error: unknown) => {
  process.stderr.write(`spendlens doctor: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
});
