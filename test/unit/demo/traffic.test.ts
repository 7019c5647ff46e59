import { describe, expect, it } from 'vitest';
import type { Call } from '../../../demo/model/call.ts';
import { incident, outage } from '../../../demo/model/story.ts';
import { createTraffic } from '../../../demo/model/traffic.ts';
import { createUsers, USERS } from '../../../demo/model/users.ts';

const to = Date.parse('2026-03-20T10:00:00Z');
const DAY_MS = 86_400_000;
const month = { from: to - 30 * DAY_MS, to };
const make = (requests: number, seed = 'a', eventful = true) => [
  ...createTraffic({ seed, span: month, requests, eventful }),
];
const calls = make(40_000);

const shareOf = (condition: (call: Call) => boolean, of: readonly Call[] = calls): number =>
  of.filter(condition).length / of.length;

describe('traffic', () => {
  it.each([1, 2, 7, 500])('makes exactly %i calls', (requests) => {
    expect(make(requests)).toHaveLength(requests);
  });

  it('is decided by its seed', () => {
    expect(make(300)).toEqual(make(300));
    expect(make(300, 'b')[0]).not.toEqual(make(300)[0]);
  });

  it('stays within its span and follows about the order of time', () => {
    expect(calls.every(({ at }) => at >= month.from && at < month.to)).toBe(true);
    const jumpsBack = calls.filter((call, index) => index > 0 && call.at < (calls[index - 1]?.at ?? 0) - DAY_MS / 4);
    expect(jumpsBack).toHaveLength(0);
  });

  it('gives each call an id of its own', () => {
    expect(new Set(calls.map(({ requestId }) => requestId)).size).toBe(calls.length);
  });

  it('gives the first user about twice what the second one makes, as Zipf has it', () => {
    const [first, second, third] = createUsers('a').all;
    const visits = new Map<string, Set<string>>();
    for (const { userId, session, requestId } of calls) {
      const seen = visits.get(userId) ?? new Set();
      visits.set(userId, seen.add(session?.id ?? requestId));
    }
    const of = (id = '') => visits.get(id)?.size ?? 0;
    expect(of(first?.id) / of(second?.id)).toBeGreaterThan(1.7);
    expect(of(first?.id) / of(second?.id)).toBeLessThan(2.3);
    expect(of(first?.id) / of(third?.id)).toBeGreaterThan(2.5);
    expect(visits.size - 1).toBeGreaterThan(USERS * 0.95);
  });

  it.each([
    { name: 'OpenAI', low: 0.4, high: 0.6, condition: (call: Call) => call.model.provider === 'openai' },
    { name: 'Anthropic', low: 0.25, high: 0.42, condition: (call: Call) => call.model.provider === 'anthropic' },
    { name: 'Google', low: 0.1, high: 0.2, condition: (call: Call) => call.model.provider === 'google' },
    { name: 'no price', low: 0.005, high: 0.03, condition: (call: Call) => call.model.provider === 'vllm' },
    {
      name: 'neither user nor feature',
      low: 0.01,
      high: 0.03,
      condition: (c: Call) => c.userId === '' && c.feature === '',
    },
    { name: 'streams', low: 0.4, high: 0.7, condition: ({ streamed }: Call) => streamed },
    { name: 'streams without usage', low: 0.003, high: 0.03, condition: ({ usageTold }: Call) => !usageTold },
    { name: 'tools', low: 0.05, high: 0.2, condition: ({ toolArgument }: Call) => toolArgument !== null },
    { name: 'prompt-cache reads', low: 0.25, high: 0.6, condition: ({ tokens }: Call) => tokens.cacheRead > 0 },
    { name: 'writes for 5 min', low: 0.02, high: 0.15, condition: ({ tokens }: Call) => tokens.cacheWrite5m > 0 },
    { name: 'writes for 1 h', low: 0.002, high: 0.05, condition: ({ tokens }: Call) => tokens.cacheWrite1h > 0 },
    { name: 'reasoning', low: 0.2, high: 0.5, condition: ({ tokens }: Call) => tokens.reasoning > 0 },
    {
      name: '429',
      low: 0.006,
      high: 0.012,
      condition: ({ outcome }: Call) => outcome.kind === 'status' && outcome.status === 429,
    },
    { name: 'cut', low: 0.002, high: 0.012, condition: ({ outcome }: Call) => outcome.kind === 'cut' },
    { name: 'timeouts', low: 0.0004, high: 0.0025, condition: ({ outcome }: Call) => outcome.kind === 'silent' },
  ])('has its share of: $name', ({ condition, low, high }) => {
    expect(shareOf(condition)).toBeGreaterThan(low);
    expect(shareOf(condition)).toBeLessThan(high);
  });

  it('rests at night and at the weekend, and grows', () => {
    const hour = (call: Call) => new Date(call.at).getUTCHours();
    const day = (call: Call) => new Date(call.at).getUTCDay();
    expect(shareOf((call) => hour(call) === 10)).toBeGreaterThan(4 * shareOf((call) => hour(call) === 2));
    expect(shareOf((call) => day(call) === 3)).toBeGreaterThan(2 * shareOf((call) => day(call) === 0));
    const weekOf = (from: number) => shareOf(({ at }) => at >= from && at < from + 7 * DAY_MS);
    expect(weekOf(month.to - 7 * DAY_MS)).toBeGreaterThan(1.25 * weekOf(month.from));
  });

  it('brings out new versions of its prompts one after the other', () => {
    const versions = (from: number) =>
      new Set(
        calls
          .filter(({ at, promptVersion }) => at >= from && at < from + 3 * DAY_MS && promptVersion !== '')
          .map((c) => c.promptVersion),
      );
    expect(versions(month.from)).toEqual(new Set(['v1']));
    expect(versions(month.to - 3 * DAY_MS)).toEqual(new Set(['v3']));
  });

  it('has one afternoon on which a feature used a dear model, and one hour in which a provider was down', () => {
    const dear = calls.filter(({ model }) => model === incident.model);
    expect(dear.length).toBeGreaterThan(10);
    expect(new Set(dear.map(({ promptId }) => promptId))).toEqual(new Set([incident.promptId]));
    const times = dear.map(({ at }) => at);
    expect(Math.max(...times) - Math.min(...times)).toBeLessThan(4 * 3_600_000);
    const down = calls.filter(({ outcome }) => outcome.kind === 'status' && outcome.status === 529);
    expect(new Set(down.map(({ model }) => model.provider))).toEqual(new Set([outage.provider]));
  });

  it('keeps the calls of a session with one user and feature, each in its place', () => {
    const sessions = Map.groupBy(
      calls.filter(({ session }) => session !== null),
      ({ session }) => session?.id,
    );
    for (const members of sessions.values()) {
      expect(new Set(members.map(({ userId, feature }) => `${userId} ${feature}`)).size).toBe(1);
      expect(new Set(members.map(({ session }) => session?.path)).size).toBe(members.length);
    }
  });

  it('lets nothing happen in a moment', () => {
    const quiet = make(3_000, 'a', false);
    expect(new Set(quiet.map(({ promptVersion }) => promptVersion))).toEqual(new Set(['v3', '']));
    expect(shareOf(({ model }) => model === incident.model, quiet)).toBe(0);
  });
});
