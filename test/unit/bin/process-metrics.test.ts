import { describe, expect, it } from 'vitest';
import { createProcessMetrics } from '../../../bin/supervisor/metrics.ts';
import type { ChildState } from '../../../process/messages.ts';

const child = (name: string, state: ChildState['state'], restarts: number): ChildState => ({
  name,
  pid: 1,
  state,
  restarts,
  lastExit: null,
});

describe('the metrics of the supervisor', () => {
  it('say which children are up, and how often each died, at every scrape anew', async () => {
    let children = [child('proxy', 'up', 0), child('ingest', 'restarting', 3)];
    const registry = createProcessMetrics(() => children);
    expect(await registry.metrics()).toContain('spendlens_process_up{process="ingest"} 0');
    children = [child('proxy', 'up', 0), child('ingest', 'up', 4)];
    const text = await registry.metrics();
    expect(text).toContain('spendlens_process_up{process="proxy"} 1');
    expect(text).toContain('spendlens_process_up{process="ingest"} 1');
    expect(text).toContain('spendlens_process_restarts_total{process="ingest"} 4');
  });
});
