import { countRequest, countResponse } from '../../domain/tokens/count-body.ts';
import { parseBody } from '../../domain/usage/body.ts';
import { wireFormatOf } from '../../domain/usage/wire-format.ts';
import type { Sample } from '../fixtures/estimate/sample.ts';

/** One count of ours beside the real one. */
export interface Compared {
  readonly name: string;
  readonly real: number;
  readonly estimated: number;
}

/** How far our counts are from the real ones. Shares of the real count, negative where we count too few. */
export interface EstimateError {
  readonly samples: number;
  /** Of the distances, whichever way they go. */
  readonly median: number;
  readonly worst: number;
  readonly worstName: string;
  /** Of all samples together: what the error does to a bill. */
  readonly together: number;
}

export interface ProviderErrors {
  readonly provider: string;
  /** `documentation`, or the package that counted. */
  readonly source: string;
  readonly input: EstimateError | null;
  readonly output: EstimateError | null;
}

/** By provider and kind of source, in the order in which they come. */
export function errorsOf(samples: readonly Sample[]): readonly ProviderErrors[] {
  const groups = Map.groupBy(samples, (sample) => `${sample.provider} ${kindOf(sample)}`);
  return [...groups.values()].map((group) => ({
    provider: group[0]?.provider ?? '',
    source: group[0] === undefined ? '' : kindOf(group[0]),
    input: errorOf(group.flatMap(compareInput)),
    output: errorOf(group.flatMap(compareOutput)),
  }));
}

const kindOf = ({ source }: Sample) => (source.startsWith('https:') ? 'documentation' : source);

const json = (value: unknown) =>
  parseBody({ head: JSON.stringify(value), tail: null, contentType: 'application/json' });

function compareInput({ provider, path, model, name, request, input }: Sample): readonly Compared[] {
  if (input === undefined) return [];
  const estimated = countRequest(wireFormatOf(provider, path), model, json(request)) ?? 0;
  return [{ name, real: input, estimated }];
}

function compareOutput({ provider, path, model, name, response, output }: Sample): readonly Compared[] {
  if (output === undefined || response === undefined) return [];
  const estimated = countResponse(wireFormatOf(provider, path), model, json(response)) ?? 0;
  return [{ name, real: output, estimated }];
}

/** null without anything to compare. */
export function errorOf(compared: readonly Compared[]): EstimateError | null {
  const shares = compared
    .map(({ name, real, estimated }) => ({ name, share: estimated / real - 1 }))
    .sort((a, b) => Math.abs(a.share) - Math.abs(b.share));
  const worst = shares.at(-1);
  if (worst === undefined) return null;
  const sum = (of: (one: Compared) => number) => compared.reduce((total, one) => total + of(one), 0);
  return {
    samples: shares.length,
    median: medianOf(shares.map(({ share }) => Math.abs(share))),
    worst: worst.share,
    worstName: worst.name,
    together: sum(({ estimated }) => estimated) / sum(({ real }) => real) - 1,
  };
}

function medianOf(sorted: readonly number[]): number {
  const upper = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const lower = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
  return (lower + upper) / 2;
}
