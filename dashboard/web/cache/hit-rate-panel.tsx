import { useMemo } from 'react';
import type { CacheAnswer } from '../../../domain/cache-api.ts';
import { Chart } from '../charts/chart.tsx';
import type { ChartData, ChartLine } from '../charts/chart-data.ts';
import { chartCsv } from '../charts/csv.ts';
import { Legend } from '../charts/legend.tsx';
import { ChartMenu } from '../charts/menu.tsx';
import { metricFormats } from '../charts/metric-format.ts';
import { coloursOf } from '../charts/palette.ts';
import { Panel } from '../parts/panel.tsx';
import { valueTitle } from '../state/vocabulary.ts';

const TITLE = 'Hit rate';
const HEIGHT = 220;

/** All together, and those that asked most. */
export function HitRatePanel({ answer }: { answer: CacheAnswer }) {
  const data = useMemo(() => drawn(answer), [answer]);
  return (
    <Panel title={TITLE} aside={<ChartMenu title={TITLE} sql={data.sql} csv={() => chartCsv(data)} />}>
      <div className="pr-1 pb-1">
        <Legend data={data} splitBy={answer.by} />
        <Chart title={TITLE} data={data} height={HEIGHT} splitBy={answer.by} {...metricFormats.cache_read_share} />
      </div>
    </Panel>
  );
}

function drawn({ by, buckets, bucketSeconds, running, hitRates, sql }: CacheAnswer): ChartData {
  const colours = coloursOf(
    by,
    hitRates.flatMap(({ value }) => value ?? []),
  );
  const lines = hitRates.map(
    ({ value, points }, index): ChartLine => ({
      key: `s${index}`,
      title: value === null ? 'All' : valueTitle(by, value),
      colour: (value === null ? undefined : colours.get(value)) ?? 'var(--text)',
      look: 'strong',
      points,
      exact: null,
      value,
    }),
  );
  const [whole, only, ...more] = lines;
  // The line of the only value would hide that of all, which is the same.
  const shown = whole !== undefined && only !== undefined && more.length === 0 ? [only] : lines;
  return { buckets: buckets.map((at) => Date.parse(at)), bucketSeconds, running, lines: shown, sql: sql.hitRates };
}
