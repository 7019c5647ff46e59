import { anthropicSamples } from '../fixtures/estimate/anthropic.ts';
import { geminiSamples } from '../fixtures/estimate/gemini.ts';
import { openaiSamples } from '../fixtures/estimate/openai.ts';
import type { Sample } from '../fixtures/estimate/sample.ts';
import { samplesOfTokenizers } from './counts-file.ts';
import { type EstimateError, errorsOf, type ProviderErrors } from './errors.ts';

export async function allSamples(): Promise<readonly Sample[]> {
  return [...openaiSamples, ...anthropicSamples, ...geminiSamples, ...(await samplesOfTokenizers())];
}

/** How far our own counts are from real ones, as the table that stands in `docs/prices.md`. */
export function tableOf(errors: readonly ProviderErrors[]): readonly string[] {
  return [
    '| provider | held against | | samples | median | worst | all together |',
    '|---|---|---|---|---|---|---|',
    ...errors.flatMap(rowsOf),
  ];
}

export async function printEstimateErrors(say: (line: string) => void): Promise<void> {
  for (const line of tableOf(errorsOf(await allSamples()))) say(line);
}

function rowsOf({ provider, source, input, output }: ProviderErrors): readonly string[] {
  const row = (direction: string, error: EstimateError | null) =>
    error === null ? [] : [`| ${provider} | ${source} | ${direction} | ${describe(error)} |`];
  return [...row('input', input), ...row('output', output)];
}

function describe({ samples, median, worst, worstName, together }: EstimateError): string {
  return `${samples} | ${percent(median)} | ${signed(worst)} (${worstName}) | ${signed(together)}`;
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
const signed = (share: number) => `${share > 0 ? '+' : ''}${percent(share)}`;
