import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { createIngestMetrics } from '../../../ingest/metrics.ts';

describe('the metrics of ingest', () => {
  it('count each sequence number that never came', async () => {
    const registry = new Registry();
    const metrics = createIngestMetrics(registry, Date.now);
    const gap = { outbox_id: 'a', expected_seq: 7, found_seq: 10, at: '' };
    const rows = { id: 's', token: 's', bodies: [], deadLetters: [], attempts: [], gaps: [gap], slices: [] };
    metrics.delivered(rows, 0.1);
    metrics.delivered({ ...rows, gaps: [] }, 0.1);
    expect(await registry.metrics()).toContain('spendlens_ingest_gaps_total 3'); /* 7, 8 and 9 */
  });
});
