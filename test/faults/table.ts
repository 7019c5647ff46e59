import type { Outcome } from './run-scenario.ts';

const seconds = (ms: number | null) => (ms === null ? 'never' : (ms / 1000).toFixed(1));

export const isGood = ({ faults }: Outcome): boolean => faults.length === 0;

/** One scenario as it ends, what is wrong with it below. */
export function lineOf(outcome: Outcome): string {
  const { trial, verdict, recoveredMs, tookMs, faults, hurts } = outcome;
  const head = `${isGood(outcome) ? '✔' : '✘'} ${trial.scenario.name} · ${trial.mode}`;
  const took = `${seconds(tookMs)} s`;
  if (verdict === null) return [`${head} (${took})`, ...indented(faults)].join('\n');
  const { sent, rows, aborted, deadLetters, lost, duplicated, told, inWindow, warehouseNano } = verdict;
  const facts = [
    `${sent} sent, ${rows} rows (${aborted} aborted), ${deadLetters} dead letters`,
    `lost ${lost}, duplicated ${duplicated}`,
    ...(told > 0 ? [`${told} lost and told`] : []),
    ...(inWindow.length > 0 ? [`${inWindow.length} in the commit window of a killed proxy`] : []),
    `${warehouseNano} n$`,
    `recovered in ${seconds(recoveredMs)} s`,
  ];
  const struck = hurts.size > 1 ? [[...hurts].map(([what, times]) => `${what} ×${times}`).join(', ')] : [];
  const ids = inWindow.map((id) => `in the commit window: ${id}`);
  return [`${head}: ${facts.join(', ')} (${took})`, ...indented(struck), ...indented(ids), ...indented(faults)].join(
    '\n',
  );
}

/** Markdown, so that it can be put where people read it. */
export function tableOf(outcomes: readonly Outcome[], seed: string): string {
  const rows = outcomes.map((outcome) => {
    const { trial, verdict, recoveredMs } = outcome;
    const cells = [
      trial.scenario.name,
      trial.mode,
      verdict?.sent ?? '–',
      verdict?.lost ?? '–',
      verdict?.told ?? '–',
      verdict?.inWindow.length ?? '–',
      verdict?.duplicated ?? '–',
      seconds(recoveredMs),
      isGood(outcome) ? 'yes' : 'NO',
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    `Seed ${seed}`,
    '',
    '| fault | mode | sent | lost | lost and told | in a commit window | duplicated | seconds to recover | complete, to the nano-dollar |',
    '|---|---|---:|---:|---:|---:|---:|---:|---|',
    ...rows,
  ].join('\n');
}

const indented = (lines: readonly string[]) => lines.map((line) => `    ${line}`);
