import type { LineSpec } from '../charts/chart-data.ts';
import { SyncedCharts } from '../charts/hover.tsx';
import { LinesPanel, StackedPanel } from '../charts/panels.tsx';
import { Dearest } from './dearest.tsx';
import { PageHead } from './page-head.tsx';
import { RangeOffer } from './range-offer.tsx';
import { useSplit, usualSplits } from './split.tsx';
import { Tiles } from './tiles.tsx';
import { Unattributed } from './unattributed.tsx';

export const latencyLines: readonly LineSpec[] = [
  { metric: 'latency_p50', colour: 'var(--series-1)', look: 'strong' },
  { metric: 'latency_p95', colour: 'var(--series-1)', look: 'light' },
];
const ttftLines: readonly LineSpec[] = [
  { metric: 'ttft_p50', colour: 'var(--series-3)', look: 'strong' },
  { metric: 'ttft_p95', colour: 'var(--series-3)', look: 'light' },
];
export const errorLines: readonly LineSpec[] = [{ metric: 'error_rate', colour: 'var(--bad)', look: 'strong' }];

const SMALL = 176;

export function OverviewPage() {
  const split = useSplit(usualSplits);
  return (
    <SyncedCharts>
      <div className="flex flex-col gap-3 p-4 max-sm:p-3">
        <PageHead title="Overview" question="What are we spending?" aside={split.control} />
        <RangeOffer />
        <Tiles />
        <div className="grid grid-cols-3 gap-3 max-lg:grid-cols-2 max-md:grid-cols-1">
          <StackedPanel
            title="Spend"
            metric="spend"
            splitBy={split.value}
            compared
            height={260}
            className="col-span-2 max-md:col-span-1"
          />
          <Dearest dimension={split.value} className="max-lg:col-span-2 max-md:col-span-1" />
          <StackedPanel title="Requests" metric="requests" splitBy={split.value} height={SMALL} />
          <StackedPanel title="Tokens" metric="tokens" splitBy={split.value} height={SMALL} />
          <LinesPanel title="Error rate" lines={errorLines} height={SMALL} />
          <LinesPanel title="Latency" lines={latencyLines} height={SMALL} />
          <LinesPanel title="Time to first token" lines={ttftLines} height={SMALL} />
          <Unattributed />
        </div>
      </div>
    </SyncedCharts>
  );
}
