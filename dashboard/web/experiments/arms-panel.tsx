import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { Experiment } from '../../../domain/experiments/experiment.ts';
import type { ArmResult, ExperimentResults } from '../../../domain/experiments/results.ts';
import type { View } from '../../../domain/view.ts';
import { UNKNOWN } from '../format/money.ts';
import { integer, percent } from '../format/number.ts';
import { Panel } from '../parts/panel.tsx';
import { writeFilters, writeRange } from '../state/link.ts';
import { ArmName } from './badges.tsx';
import { dollars, figure, shareText, variantWords } from './words.ts';

interface ArmsPanelProps {
  readonly id: string;
  readonly setup: Experiment;
  readonly results: ExperimentResults;
  readonly kind: View['kind'];
}

interface Fact {
  readonly title: string;
  readonly note?: string;
  readonly show: (arm: ArmResult) => ReactNode;
}

const ofRequests = (count: number, { requests }: ArmResult): string =>
  count === 0 ? '0' : `${integer(count)} · ${percent(count / requests)}`;

const factsOf = ({ unit }: Experiment): readonly Fact[] => [
  { title: `${unit.charAt(0).toUpperCase()}${unit.slice(1)}s`, show: ({ units }) => integer(units) },
  { title: 'Cost', show: ({ cost }) => dollars(cost) },
  {
    title: 'Cost per success',
    note: 'All cost, by the requests without an error',
    show: ({ costPerSuccess }) => dollars(costPerSuccess),
  },
  {
    title: `Cost per ${unit}`,
    show: ({ metrics }) =>
      figure('cost_per_unit', metrics.find(({ metric }) => metric === 'cost_per_unit')?.value ?? null),
  },
  {
    title: '… dearest capped',
    note: `With the dearest thousandth of the ${unit}s capped: where it says something else, a few of them decide`,
    show: ({ cappedCostPerUnit }) => dollars(cappedCostPerUnit),
  },
  {
    title: 'Top 1 % spend',
    note: `Of the cost, what the dearest hundredth of the ${unit}s spent`,
    show: ({ topShare }) => (topShare === null ? UNKNOWN : percent(topShare)),
  },
  { title: 'Errors', show: (arm) => ofRequests(arm.errors, arm) },
  {
    title: 'Timeouts',
    note: 'Their latency is where we stopped waiting, so the truth is higher',
    show: (arm) => ofRequests(arm.timeouts, arm),
  },
  {
    title: 'Fell back',
    note: 'Answered by another variant’s model, since its own failed',
    show: (arm) => ofRequests(arm.fellBack, arm),
  },
  { title: 'Cache hits', show: (arm) => ofRequests(arm.cacheHits, arm) },
  { title: 'Scored', show: (arm) => ofRequests(arm.scored, arm) },
];

/** What each variant is and what happened to it, with its requests one click away. */
export function ArmsPanel({ id, setup, results, kind }: ArmsPanelProps) {
  const { arms } = results;
  return (
    <Panel title="Variants">
      <div className="overflow-x-auto pb-1">
        <table
          aria-label="Variants"
          className={`w-full table-fixed text-small ${arms.length > FEW_ARMS ? 'min-w-180' : ''}`}
        >
          <thead>
            <tr className="border-y border-line align-top">
              <td className="w-[32%] max-w-44" />
              {arms.map((arm, index) => (
                <th key={arm.name} scope="col" className="px-2 py-1 text-right align-top font-medium last:pr-3">
                  <ArmName name={arm.name} index={index} />
                  <span
                    className="line-clamp-2 text-micro font-normal break-words text-muted"
                    title={changes(setup, arm)}
                  >
                    {shareText(arm.share)} · {changes(setup, arm)}
                  </span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            <tr className="h-7 border-b border-line/60">
              <Title>Requests</Title>
              {arms.map((arm) => (
                <td key={arm.name} className={cell}>
                  <Link to={requestsOf(id, arm.name, kind)} className="text-accent hover:underline" title="Show them">
                    {integer(arm.requests)}
                  </Link>
                </td>
              ))}
            </tr>
            {factsOf(setup).map(({ title, note, show }) => (
              <tr key={title} className="h-7 border-b border-line/60 last:border-0">
                <Title {...(note === undefined ? {} : { note })}>{title}</Title>
                {arms.map((arm) => (
                  <td key={arm.name} className={cell}>
                    {show(arm)}
                  </td>
                ))}
              </tr>
            ))}
            {arms.some(({ unpriced }) => unpriced > 0) && (
              <tr className="h-7 text-warn">
                <Title note="Their cost is not known, so it counts as none: no comparison of cost is fair before they have a price">
                  Unpriced
                </Title>
                {arms.map((arm) => (
                  <td key={arm.name} className={cell}>
                    {ofRequests(arm.unpriced, arm)}
                  </td>
                ))}
              </tr>
            )}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

/** More have no room beside each other on a narrow screen. */
const FEW_ARMS = 3;
const cell = 'px-2 py-1 text-right whitespace-nowrap last:pr-3';

function Title({ note, children }: { note?: string; children: ReactNode }) {
  return (
    <th scope="row" title={note} className="px-2 py-1 pl-3 text-left font-normal text-muted">
      {children}
    </th>
  );
}

function changes({ variants }: Experiment, { name }: ArmResult): string {
  const found = variants.find((each) => each.name === name);
  return (found && variantWords(found)) || 'as asked';
}

/** Of all time, since an experiment knows no range. */
function requestsOf(id: string, variant: string, kind: View['kind']): string {
  const params = writeFilters(new URLSearchParams({ kind }), [
    { field: 'experiment', op: 'is', values: [id] },
    { field: 'variant', op: 'is', values: [variant] },
  ]);
  return `/requests?${writeRange(params, { preset: 'all' })}`;
}
