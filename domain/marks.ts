import { z } from 'zod';
import { type Experiment, experiment } from './experiments/experiment.ts';
import { modelAlias } from './prices/alias.ts';
import { priceOverride } from './prices/override.ts';

/** What changed the figures by somebody's word, for the time line of the charts. */
export const mark = z.object({
  at: z.iso.datetime(),
  kind: z.enum(['experiment', 'price']),
  text: z.string(),
});
export type Mark = z.infer<typeof mark>;

/** GET /api/marks?from=&to=: oldest first, at most the 200 newest of the span. */
export const marksRequest = z.object({ from: z.iso.datetime(), to: z.iso.datetime() });
export const marksAnswer = z.object({ marks: z.array(mark) });

/** A version of the configuration: clickhouse/config-log.ts. */
export interface ChangedVersion {
  readonly kind: 'experiment' | 'price-override' | 'model-alias';
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly deleted: boolean;
  readonly value: unknown;
}

/** What each version changed against the one before it; `versions` of one id stand in their order, from the first one on. */
export function marksOf(versions: readonly ChangedVersion[]): Mark[] {
  const before = new Map<string, ChangedVersion>();
  const marks = versions.flatMap((version): Mark[] => {
    const key = `${version.kind} ${version.id}`;
    const text = wordsOf(version, before.get(key) ?? null);
    before.set(key, version);
    if (text === '') return [];
    const kind = version.kind === 'experiment' ? 'experiment' : 'price';
    return [{ at: new Date(version.at).toISOString(), kind, text }];
  });
  return marks.toSorted((a, b) => a.at.localeCompare(b.at));
}

function wordsOf(version: ChangedVersion, before: ChangedVersion | null): string {
  switch (version.kind) {
    case 'experiment':
      return experimentWords(version, before);
    case 'price-override':
      return priceWords(version, before, priceOverride.safeParse(version.value).data?.model);
    case 'model-alias':
      return priceWords(version, before, modelAlias.safeParse(version.value).data?.name);
  }
}

const readExperiment = ({ value, deleted }: ChangedVersion): Experiment | null =>
  deleted ? null : (experiment.safeParse(value).data ?? null);

/** '' for what changes no traffic: drafts, names, guards. */
function experimentWords(version: ChangedVersion, before: ChangedVersion | null): string {
  const [now, then] = [readExperiment(version), before && readExperiment(before)];
  const ran = then?.status === 'running' || then?.status === 'paused';
  if (now === null) return ran ? `Experiment “${then.name}” deleted` : '';
  const said = `Experiment “${now.name}”`;
  if (now.status === then?.status) {
    const moved = now.status === 'running' && now.exposure !== then.exposure;
    return moved ? `${said} at ${Number((now.exposure * 100).toFixed(2))} % of its traffic` : '';
  }
  if (now.status === 'running') return `${said} ${ran ? 'resumed' : 'started'}`;
  if (now.status === 'paused') return `${said} paused${now.pausedBecause === '' ? '' : ' by its guard'}`;
  return now.status === 'stopped' ? `${said} stopped` : '';
}

function priceWords(version: ChangedVersion, before: ChangedVersion | null, model: string | undefined): string {
  const of = `Price of ${model ?? version.id}`;
  if (version.deleted) return `${of} removed`;
  return before === null || before.deleted ? `${of} set` : `${of} changed`;
}
