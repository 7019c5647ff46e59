import {
  type Distribution,
  type DistributionMetric,
  distributionMetric,
} from '../../../domain/experiments/distributions.ts';
import type { Experiment } from '../../../domain/experiments/experiment.ts';
import { integer } from '../format/number.ts';
import { Panel } from '../parts/panel.tsx';
import { Segments } from '../parts/segments.tsx';
import { Settled } from '../parts/settled.tsx';
import { useParam } from '../state/view.tsx';
import { ArmName } from './badges.tsx';
import { DistributionChart } from './distribution-chart.tsx';
import { distributionRows, spreadFigure } from './distribution-rows.ts';
import { type AskedExperiment, useExperimentDistributions } from './queries.ts';
import { MarkKey } from './spread-marks.tsx';

interface DistributionPanelProps {
  readonly asked: AskedExperiment;
  readonly setup: Experiment;
}

/** It changes less than the verdict does, and reads all exposures. */
const POLL_MS = 15_000;

/** Whether a few dear units make the mean, and whether a variant has a slow tail. */
export function DistributionPanel({ asked, setup }: DistributionPanelProps) {
  const [text, setText] = useParam('spread');
  const metric = distributionMetric.safeParse(text).data ?? usual(setup);
  const query = useExperimentDistributions({ ...asked, everyMs: asked.everyMs === false ? false : POLL_MS });
  const options = distributionMetric.options.map((value) => ({ value, title: titleOf(value, setup) }));
  return (
    <Panel
      title="Distributions"
      aside={<Segments label="Distribution of" options={options} value={metric} onChange={setText} />}
    >
      <div className="min-h-60 pt-1">
        <Settled
          query={query}
          skeleton={<div className="skeleton mx-3 mt-3 h-52" />}
          reading="Reading every request of the experiment …"
        >
          {({ distributions }) => {
            const found = distributions.find((each) => each.metric === metric);
            return found === undefined ? null : <Shown setup={setup} distribution={found} />;
          }}
        </Settled>
      </div>
    </Panel>
  );
}

/** What the experiment is about. */
function usual({ goal }: Experiment): DistributionMetric {
  if (goal.startsWith('latency')) return 'latency';
  return goal === 'ttft_p50' ? 'ttft' : 'cost_per_unit';
}

const titleOf = (metric: DistributionMetric, { unit }: Experiment): string =>
  ({ cost_per_unit: `Cost per ${unit}`, latency: 'Latency', ttft: 'TTFT' })[metric];

function Shown({ setup, distribution }: { setup: Experiment; distribution: Distribution }) {
  const rows = distributionRows(distribution);
  if (rows === null) {
    const none = distribution.arms.every(({ measured }) => measured === 0);
    return (
      <p className="px-3 pb-3 text-small text-muted">
        {none ? 'Nothing of it was measured yet.' : 'All that was measured is zero.'}
      </p>
    );
  }
  return (
    <>
      <DistributionChart distribution={distribution} rows={rows} />
      <Figures setup={setup} distribution={distribution} />
    </>
  );
}

const cell = 'px-2 py-1 text-right whitespace-nowrap last:pr-3';

function Figures({
  setup: { unit },
  distribution: { metric, arms },
}: {
  setup: Experiment;
  distribution: Distribution;
}) {
  return (
    <table aria-label="Median, mean and p99" className="mt-1 mb-1 w-full text-small">
      <thead>
        <tr className="h-7 border-y border-line text-muted">
          <td />
          <th scope="col" className={`${cell} font-medium`}>
            {metric === 'cost_per_unit' ? `${unit.charAt(0).toUpperCase()}${unit.slice(1)}s` : 'Answers'}
          </th>
          <th scope="col" className={`${cell} font-medium`}>
            <MarkKey shape="median" />
            Median
          </th>
          <th scope="col" className={`${cell} font-medium`}>
            <MarkKey shape="mean" />
            Mean
          </th>
          <th scope="col" title="One in a hundred lies above it" className={`${cell} font-medium`}>
            <MarkKey shape="p99" />
            p99
          </th>
        </tr>
      </thead>
      <tbody>
        {arms.map(({ name, measured, p50, mean, p99 }, index) => (
          <tr key={name} className="h-7">
            <th scope="row" className="max-w-36 py-1 pl-3 text-left font-normal max-sm:max-w-20">
              <ArmName name={name} index={index} />
            </th>
            <td className={cell}>{integer(measured)}</td>
            <td className={cell}>{spreadFigure(metric, p50)}</td>
            <td className={cell}>{spreadFigure(metric, mean)}</td>
            <td className={cell} title={p99 === null ? 'Too few to tell' : undefined}>
              {spreadFigure(metric, p99)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
