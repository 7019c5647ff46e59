import type { ReactNode } from 'react';
import type { ExperimentPreview } from '../../../domain/experiments/results.ts';
import { UNKNOWN } from '../format/money.ts';
import { integer, plural } from '../format/number.ts';
import { Panel } from '../parts/panel.tsx';
import { Settled } from '../parts/settled.tsx';
import { SkeletonRows } from '../parts/skeleton-rows.tsx';
import { type ExperimentDraft, filledTargets, shareOf } from './draft.ts';
import { type PreviewQuestion, useExperimentPreview, useSettled } from './queries.ts';
import { daysText, dollars } from './words.ts';

const PAUSE_MS = 350;
const FEWEST_UNITS = 2;

/** What the draft asks of the traffic of the last week, once the typing pauses; null while a number is none. */
export function useDraftPreview(draft: ExperimentDraft, kind: 'app' | 'demo') {
  const exposure = shareOf(draft.exposure);
  const smallestEffect = shareOf(draft.smallestEffect);
  const askable = exposure > 0 && exposure <= 1 && smallestEffect > 0 && smallestEffect <= 10;
  const question: PreviewQuestion | null = askable
    ? {
        kind,
        unit: draft.unit,
        targeting: filledTargets(draft),
        exposure,
        arms: draft.variants.length,
        smallestEffect,
        confidence: draft.confidence,
      }
    : null;
  return useExperimentPreview(useSettled(question, PAUSE_MS));
}

interface PreviewPanelProps {
  readonly draft: ExperimentDraft;
  readonly query: ReturnType<typeof useDraftPreview>;
}

export function PreviewPanel({ draft, query }: PreviewPanelProps) {
  return (
    <Panel title="Matching traffic, last 7 days">
      <div className="min-h-56 px-3 pb-3">
        <Settled query={query} skeleton={<SkeletonRows rows={5} />} reading="Counting the matching traffic …">
          {(found) => <Preview draft={draft} found={found} />}
        </Settled>
      </div>
    </Panel>
  );
}

function Preview({ draft, found }: { draft: ExperimentDraft; found: ExperimentPreview }) {
  const { unit } = draft;
  if (found.requests === 0) {
    return (
      <p className="pt-1 text-small text-warn">Nothing matched. It would wait for traffic that never came last week.</p>
    );
  }
  return (
    <>
      <dl>
        <Line title="Requests">{integer(found.requests)}</Line>
        <Line title={`Different ${unit}s`}>{integer(found.units)}</Line>
        <Line title={`Cost per ${unit}`}>
          {dollars(found.mean)}
          {found.variation !== null && (
            <span className="text-muted" title={`Standard deviation between ${unit}s, by the mean`}>
              {' '}
              ± {integer(found.variation * 100)} %
            </span>
          )}
        </Line>
      </dl>
      {found.withoutUnit > 0 && <WithoutUnit found={found} unit={unit} />}
      <dl className="mt-2 rounded-md bg-sunken px-2.5 py-1">
        <Line title={`${capital(unit)}s per variant`}>
          {found.unitsPerArm === null ? UNKNOWN : integer(found.unitsPerArm)}
        </Line>
        <Line title="Time it takes">{found.days === null ? UNKNOWN : daysText(found.days)}</Line>
      </dl>
      <p className="mt-1.5 text-micro text-muted">
        {found.unitsPerArm === null
          ? `It takes at least ${FEWEST_UNITS} ${unit}s with a cost to tell how many are needed.`
          : `To find a change of ${draft.smallestEffect} % in cost with 80 % certainty, from the spread between these ${unit}s.`}
      </p>
    </>
  );
}

function WithoutUnit({ found, unit }: { found: ExperimentPreview; unit: string }) {
  const name = unit === 'session' ? 'Helicone-Session-Id' : 'Helicone-User-Id';
  return (
    <p className="mt-1.5 text-small text-warn">
      {plural(found.withoutUnit, 'request')} of them {found.withoutUnit === 1 ? 'names' : 'name'} no {unit} and would
      take no part. Send <code>{name}</code>.
    </p>
  );
}

function Line({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="flex h-7 items-center justify-between gap-3 text-small">
      <dt className="text-muted">{title}</dt>
      <dd className="font-medium whitespace-nowrap">{children}</dd>
    </div>
  );
}

const capital = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
