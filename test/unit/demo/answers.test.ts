import { describe, expect, it } from 'vitest';
import { createAnswers } from '../../../demo/history/answers.ts';
import { exchangeOf } from '../../../demo/history/exchange.ts';
import type { Call } from '../../../demo/model/call.ts';
import { createTraffic } from '../../../demo/model/traffic.ts';

const to = Date.parse('2026-03-20T10:00:00Z');
const HOUR = 3_600_000;
const calls = [...createTraffic({ seed: 'a', span: { from: to - 24 * HOUR, to }, requests: 2_000, eventful: false })];
const one = (condition: (call: Call) => boolean): Call => {
  const found = calls.find(condition);
  if (found === undefined) throw new Error('the traffic has no such call');
  return found;
};
const asked = one((call) => call.asksCache && call.outcome.kind === 'answered');

/** What becomes of the same call at these times, in hours. */
function at(call: Call, ...hours: number[]) {
  const answers = createAnswers();
  return hours.map((hour) => {
    const again = { ...call, at: call.at + hour * HOUR };
    return answers(again, exchangeOf(again));
  });
}

describe('the answers that the demo keeps', () => {
  it('stand for an hour', () => {
    expect(at(asked, 0, 0.5, 0.99, 1, 1.5).map(({ cacheOutcome }) => cacheOutcome)).toEqual([
      ...['miss', 'hit', 'hit', 'miss', 'hit'],
    ]);
  });

  it('make an exchange without a call, which knows what it stands for', () => {
    const [first, second] = at(asked, 0, 0.5);
    expect(second).toMatchObject({ lane: 'routed', status: 200, errorKind: null, attempts: [] });
    expect(second?.answeredFrom).toMatchObject({ attempt: 0, latencyMs: first?.attempts[0]?.latencyMs });
    expect(second?.latencyMs).toBeLessThan(first?.latencyMs ?? 0);
  });

  it('are not made of failures', () => {
    const failed: Call = { ...asked, outcome: { kind: 'status', status: 500 } };
    expect(at(failed, 0, 0.5).map(({ cacheOutcome }) => cacheOutcome)).toEqual(['miss', 'miss']);
  });

  it('are for calls that ask', () => {
    const plain = one((call) => !call.asksCache);
    expect(at(plain, 0, 0.5)).toMatchObject([{ cacheOutcome: 'none' }, { cacheOutcome: 'none' }]);
  });
});
