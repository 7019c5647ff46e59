import type { Experiment, ExperimentMetric } from '../../../domain/experiments/experiment.ts';
import { experimentMetric, isBetterHigher } from '../../../domain/experiments/experiment.ts';
import type { ArmResult, ExperimentResults, MetricOfArm } from '../../../domain/experiments/results.ts';
import { Panel } from '../parts/panel.tsx';
import { ArmName, badge } from './badges.tsx';
import { IntervalBar, LiftAxis } from './interval-bar.tsx';
import { figure, intervalText, liftText, metricTitle, shareText } from './words.ts';

const extents = [0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1];

interface MetricsTableProps {
  readonly setup: Experiment;
  readonly results: ExperimentResults;
}

/** Every metric of every variant against the control, on one axis. */
export function MetricsTable({ setup, results: { arms, verdict } }: MetricsTableProps) {
  const [control, ...variants] = arms;
  if (!control) return null;
  const shown = experimentMetric.options.filter((metric) => metric !== 'score' || setup.scoreName !== '');
  const extent = extentOf(setup, variants);
  const trusted = verdict.kind !== 'invalid';
  const several = variants.length > 1;
  return (
    <Panel title="Metrics" aside={<Confidence setup={setup} />}>
      <div className="overflow-x-auto overflow-y-hidden pb-1">
        <table aria-label="Metrics" className="w-full text-small">
          <thead>
            <tr className="h-8 border-y border-line text-muted">
              <th scope="col" className={`${cell} text-left font-medium max-sm:hidden`}>
                Metric
              </th>
              <th scope="col" className={`${cell} text-right font-medium max-sm:hidden`}>
                {control.name}
              </th>
              {several && (
                <th scope="col" className={`${cell} text-left font-medium`}>
                  Variant
                </th>
              )}
              <th scope="col" className={`${cell} text-right font-medium`}>
                {several ? 'Value' : variants[0]?.name}
              </th>
              <th scope="col" className={`${cell} text-right font-medium`}>
                Change
              </th>
              <th scope="col" className={`${cell} w-[34%] px-5 text-left font-medium max-sm:px-3`}>
                <LiftAxis extent={extent} />
              </th>
            </tr>
          </thead>
          {shown.map((metric) => (
            <MetricRows key={metric} {...{ setup, metric, control, variants, extent, several, trusted }} />
          ))}
        </table>
      </div>
    </Panel>
  );
}

const cell = 'px-2 py-1 first:pl-3 last:pr-3';

function Confidence({ setup: { confidence, alpha } }: { setup: Experiment }) {
  const level = shareText(1 - alpha);
  return confidence === 'anytime' ? (
    <span className={badge} title="Asymptotic confidence sequences: they hold however often somebody looks">
      {level}, at every look
    </span>
  ) : (
    <span className={badge} title="For one look, at the planned units">
      {level}, one look
    </span>
  );
}

interface MetricRowsProps {
  readonly setup: Experiment;
  readonly metric: ExperimentMetric;
  readonly control: ArmResult;
  readonly variants: readonly ArmResult[];
  readonly extent: number;
  readonly several: boolean;
  /** False where the split was not the one asked for: nothing is good or bad news then. */
  readonly trusted: boolean;
}

function MetricRows({ setup, metric, control, variants, extent, several, trusted }: MetricRowsProps) {
  const name = <MetricName setup={setup} metric={metric} />;
  const before = figure(metric, lineOf(control, metric)?.value ?? null);
  return (
    <tbody className="border-b border-line/60 last:border-0">
      <tr className="sm:hidden">
        <th scope="rowgroup" colSpan={5} className="px-3 pt-2 text-left font-medium">
          {name} <span className="font-normal text-muted">· {`${control.name} ${before}`}</span>
        </th>
      </tr>
      {variants.map((variant, index) => (
        <tr key={variant.name} className="h-10 hover:bg-hover">
          {index === 0 && (
            <>
              <th scope="rowgroup" rowSpan={variants.length} className={`${cell} text-left font-medium max-sm:hidden`}>
                {name}
              </th>
              <td rowSpan={variants.length} className={`${cell} text-right whitespace-nowrap max-sm:hidden`}>
                {before}
              </td>
            </>
          )}
          {several && (
            <td className={`${cell} max-w-32`}>
              <ArmName name={variant.name} index={index + 1} />
            </td>
          )}
          <VariantCells line={lineOf(variant, metric)} metric={metric} extent={extent} trusted={trusted} />
        </tr>
      ))}
    </tbody>
  );
}

const lineOf = (arm: ArmResult, metric: ExperimentMetric): MetricOfArm | undefined =>
  arm.metrics.find((each) => each.metric === metric);

function MetricName({ setup, metric }: { setup: Experiment; metric: ExperimentMetric }) {
  const guard = setup.guards.find((each) => each.metric === metric);
  return (
    <span className="inline-flex flex-wrap items-center gap-x-1.5">
      {metricTitle(metric, setup)}
      {setup.goal === metric && <span className={`${badge} border-accent text-accent`}>goal</span>}
      {guard && (
        <span className={badge} title="How much worse it may become before the experiment is paused">
          guard {isBetterHigher(metric) ? '−' : '+'}
          {shareText(guard.limit)}
        </span>
      )}
    </span>
  );
}

interface VariantCellsProps {
  readonly line: MetricOfArm | undefined;
  readonly metric: ExperimentMetric;
  readonly extent: number;
  readonly trusted: boolean;
}

function VariantCells({ line, metric, extent, trusted }: VariantCellsProps) {
  const value = <td className={`${cell} text-right whitespace-nowrap`}>{figure(metric, line?.value ?? null)}</td>;
  if (!line || line.lift === null || line.interval === null) {
    return (
      <>
        {value}
        <td colSpan={2} className={`${cell} pl-5 text-muted`}>
          {line?.missing === undefined || line.missing === '' ? 'nothing to compare with' : line.missing}
        </td>
      </>
    );
  }
  const tone = trusted ? toneOf(metric, line.interval) : 'open';
  const colour = { good: 'text-good', bad: 'text-bad', open: '' }[tone];
  return (
    <>
      {value}
      <td className={`${cell} text-right whitespace-nowrap`}>
        <span className={`font-medium ${colour}`}>{liftText(line.lift)}</span>
        <span className="block text-micro text-muted">{intervalText(line.interval)}</span>
      </td>
      <td className={`${cell} px-5 max-sm:px-3`}>
        <IntervalBar lift={line.lift} interval={line.interval} extent={extent} tone={tone} />
      </td>
    </>
  );
}

/** The length of answers is neither good nor bad. */
function toneOf(metric: ExperimentMetric, { low, high }: { low: number; high: number }): 'good' | 'bad' | 'open' {
  if (metric === 'output_tokens' || (low <= 0 && high >= 0)) return 'open';
  return low > 0 === isBetterHigher(metric) ? 'good' : 'bad';
}

/**
 * The round lift that goal, guards and half of the others fit in. A rate of few errors reaches far to both sides: were
 * it to set the axis, all others would be points.
 */
function extentOf({ goal, guards }: Experiment, variants: readonly ArmResult[]): number {
  const decisive = new Set([goal, ...guards.map(({ metric }) => metric)]);
  const ends = variants.flatMap(({ metrics: lines }) =>
    lines.flatMap(({ metric, interval }) =>
      interval === null ? [] : [{ metric, end: Math.max(Math.abs(interval.low), Math.abs(interval.high)) }],
    ),
  );
  const sorted = ends.map(({ end }) => end).sort((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const widest = Math.max(median, ...ends.filter(({ metric }) => decisive.has(metric)).map(({ end }) => end));
  return extents.find((extent) => extent >= widest) ?? 1;
}
