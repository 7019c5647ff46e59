import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { csvLine } from '../../../dashboard/server/csv.ts';
import { isLoopback } from '../../../dashboard/server/guard.ts';
import { createLimiter } from '../../../dashboard/server/limiter.ts';
import { createPaced } from '../../../dashboard/server/paced.ts';
import { parseRequest } from '../../../dashboard/server/refusal.ts';
import { createSharedAnswers } from '../../../dashboard/server/shared-answers.ts';
import { breakdownRequest, summaryRequest } from '../../../domain/api.ts';

describe('a line of CSV', () => {
  it.each([
    { name: 'plain cells', cells: ['a', 1, null, true], line: 'a,1,,true\r\n' },
    { name: 'commas, quotes and breaks are quoted', cells: ['a,b', 'c"d', 'e\nf'], line: '"a,b","c""d","e\nf"\r\n' },
    { name: 'a formula becomes text', cells: ['=1+1', '+a', '-a', '@a'], line: "'=1+1,'+a,'-a,'@a\r\n" },
    {
      name: 'a formula that would also break out',
      cells: ['=HYPERLINK("x","y")'],
      line: '"\'=HYPERLINK(""x"",""y"")"\r\n',
    },
    { name: 'a tab in front', cells: ['\t=1'], line: "'\t=1\r\n" },
    { name: 'a negative amount stays a number', cells: ['-0.000000150', -5], line: '-0.000000150,-5\r\n' },
  ])('$name', ({ cells, line }) => {
    expect(csvLine(cells)).toBe(line);
  });
});

describe('wrong tokens are counted by address', () => {
  it('hears nobody after ten different ones, until the minute is over', () => {
    let now = 0;
    const limiter = createLimiter(() => now);
    for (let tries = 0; tries < 9; tries++) limiter.countFailure('here', `guess ${tries}`);
    expect(limiter.wait('here')).toBe(0);
    limiter.countFailure('here', 'guess 0');
    expect(limiter.wait('here')).toBe(0); // no new guess
    limiter.countFailure('here', 'guess 9');
    expect(limiter.wait('here')).toBe(60);
    expect(limiter.wait('elsewhere')).toBe(0);
    now = 59_001;
    expect(limiter.wait('here')).toBe(1);
    now = 60_000;
    expect(limiter.wait('here')).toBe(0);
  });
});

describe('loopback names', () => {
  it.each(['localhost', 'app.localhost', '127.0.0.1', '127.1.2.3', '::1', '[::1]'])('%s is one', (name) => {
    expect(isLoopback(name)).toBe(true);
  });
  it.each(['evil.example', '127.0.0.1.evil.example', 'localhost.evil.example', '10.0.0.1', '0.0.0.0', ''])(
    '%s is none',
    (name) => {
      expect(isLoopback(name)).toBe(false);
    },
  );
});

describe('a refusal names the field', () => {
  const view = { range: { preset: '24h' }, timeZone: 'UTC', kind: 'app', filters: [] };
  it.each([
    { name: 'nothing at all', body: undefined, field: 'body:' },
    { name: 'no view', body: {}, field: 'view:' },
    { name: 'a preset', body: { view: { ...view, range: { preset: '5y' } } }, field: 'view.range.preset:' },
    { name: 'a date', body: { view: { ...view, range: { from: 'soon', to: 'later' } } }, field: 'view.range.from:' },
    {
      name: 'an upside-down range',
      body: { view: { ...view, range: { from: '2026-01-02T00:00:00Z', to: '2026-01-01T00:00:00Z' } } },
      field: 'view.range',
    },
    {
      name: 'an empty filter',
      body: { view: { ...view, filters: [{ field: 'user_id', op: 'is', values: [] }] } },
      field: 'view.filters.0.values:',
    },
    {
      name: 'a filter by an amount that is none',
      body: { view: { ...view, filters: [{ field: 'cost_usd', op: 'at_least', values: ['lots'] }] } },
      field: 'view.filters.0.values.0:',
    },
  ])('$name', ({ body, field }) => {
    expect(() => parseRequest(summaryRequest, body)).toThrow(field);
  });

  it('names a dimension that does not exist', () => {
    const body = {
      view,
      dimension: 'cost_usd; DROP TABLE attempts',
      second: null,
      sort: { metric: 'spend', descending: true },
      search: '',
      limit: 1,
      offset: 0,
    };
    expect(() => parseRequest(breakdownRequest, body)).toThrow('dimension:');
  });

  it('says what it expected of a plain value', () => {
    expect(() => parseRequest(z.object({ id: z.guid() }), { id: 'x' })).toThrow('id: Invalid GUID');
  });
});

describe('the same question at the same time', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  const stays = new AbortController().signal;

  it('is asked once and its answer kept for a moment', async () => {
    const share = createSharedAnswers(1_000);
    const work = vi.fn(async () => 'answer');
    expect(await Promise.all([share('q', stays, work), share('q', stays, work)])).toEqual(['answer', 'answer']);
    expect(await share('q', stays, work)).toBe('answer');
    expect(work).toHaveBeenCalledTimes(1);
    await share('another', stays, work);
    expect(work).toHaveBeenCalledTimes(2);
    vi.advanceTimersByTime(1_000);
    await share('q', stays, work);
    expect(work).toHaveBeenCalledTimes(3);
  });

  it('is asked again after a failure', async () => {
    const share = createSharedAnswers(1_000);
    await expect(share('q', stays, () => Promise.reject(new Error('away')))).rejects.toThrow('away');
    expect(await share('q', stays, async () => 'back')).toBe('back');
  });

  it('is stopped when the last one who waited is gone', async () => {
    const share = createSharedAnswers(1_000);
    const [first, second] = [new AbortController(), new AbortController()];
    let stopped = false;
    const work = (signal: AbortSignal) =>
      new Promise<string>((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          stopped = true;
          reject(new Error('stopped'));
        });
      });
    const answers = [share('q', first.signal, work), share('q', second.signal, work)];
    first.abort();
    expect(stopped).toBe(false);
    second.abort();
    expect(stopped).toBe(true);
    expect((await Promise.allSettled(answers)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});

describe('a paced answer', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('rests twenty times as long as it took', async () => {
    const work = vi.fn(() => new Promise<string>((resolve) => setTimeout(resolve, 1_000, 'counted')));
    const paced = createPaced(work, 500);
    const both = Promise.all([paced(), paced()]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await both).toEqual(['counted', 'counted']);
    await vi.advanceTimersByTimeAsync(19_999);
    await paced();
    expect(work).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(1);
    void paced();
    expect(work).toHaveBeenCalledTimes(2);
  });

  it('tries again at once after a failure', async () => {
    const work = vi.fn().mockRejectedValueOnce(new Error('away')).mockResolvedValue('back');
    const paced = createPaced(work, 500);
    await expect(paced()).rejects.toThrow('away');
    expect(await paced()).toBe('back');
  });
});
