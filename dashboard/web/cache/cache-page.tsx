import type { CacheAnswer, CacheGrain } from '../../../domain/cache-api.ts';
import { SyncedCharts } from '../charts/hover.tsx';
import { rangeTitle } from '../frame/range-picker.tsx';
import { PageHead } from '../pages/page-head.tsx';
import { RangeOffer } from '../pages/range-offer.tsx';
import { Segments } from '../parts/segments.tsx';
import { Settled } from '../parts/settled.tsx';
import { SkeletonRows } from '../parts/skeleton-rows.tsx';
import { useParam, useView } from '../state/view.tsx';
import { CacheTiles } from './cache-tiles.tsx';
import { GrainPanel } from './grain-panel.tsx';
import { HitRatePanel } from './hit-rate-panel.tsx';
import { PromptCachesPanel } from './prompt-caches-panel.tsx';
import { useCacheAnswer } from './queries.ts';
import { RepeatsPanel } from './repeats-panel.tsx';
import { SwitchOn } from './switch-on.tsx';

const grains: readonly { readonly value: CacheGrain; readonly title: string }[] = [
  { value: 'feature', title: 'Feature' },
  { value: 'model', title: 'Model' },
];

/** What Spendlens's own cache saved, what it could save, and what the providers' own caches save beside it. */
export function CachePage() {
  const { view } = useView();
  const [text, setText] = useParam('by');
  const by = text === 'model' ? 'model' : 'feature';
  const query = useCacheAnswer(view, by);
  const asks = query.data !== undefined && wasAsked(query.data);
  return (
    <SyncedCharts>
      <div className="flex flex-col gap-3 p-4 max-sm:p-3">
        <PageHead
          title="Cache"
          question="What does the cache save?"
          aside={asks && <Segments label="Split by" options={grains} value={by} onChange={setText} />}
        />
        <RangeOffer />
        <Settled
          query={query}
          skeleton={<SkeletonRows rows={10} />}
          reading={`Reading ${rangeTitle(view.range, view.timeZone).toLowerCase()} …`}
        >
          {(answer) => (wasAsked(answer) ? <Savings answer={answer} /> : <SwitchOn />)}
        </Settled>
        <RepeatsPanel />
        <PromptCachesPanel />
      </div>
    </SyncedCharts>
  );
}

const wasAsked = ({ total }: CacheAnswer): boolean => total.hits + total.misses > 0;

function Savings({ answer }: { answer: CacheAnswer }) {
  return (
    <div className="flex flex-col gap-3">
      <CacheTiles total={answer.total} />
      <div className="grid grid-cols-2 gap-3 max-lg:grid-cols-1">
        <HitRatePanel answer={answer} />
        <GrainPanel answer={answer} />
      </div>
    </div>
  );
}
