import { describe, expect, it } from 'vitest';
import {
  checkDraft,
  draftOf,
  type ExperimentDraft,
  emptyDraft,
  evenShares,
} from '../../../dashboard/web/experiments/draft.ts';
import { verdictWords } from '../../../dashboard/web/experiments/verdict-words.ts';
import { changeWords, figure } from '../../../dashboard/web/experiments/words.ts';
import { type Experiment, experiment } from '../../../domain/experiments/experiment.ts';
import { type ExperimentResults, experimentResults } from '../../../domain/experiments/results.ts';

const setup: Experiment = experiment.parse({
  name: 'A cheaper model',
  unit: 'user',
  variants: [
    { name: 'control', share: 0.5 },
    { name: 'b', share: 0.5, model: 'gpt-4o-mini', parameters: { temperature: 0 }, fallbacks: ['gpt-4.1-mini'] },
  ],
  guards: [{ metric: 'score', limit: 0.1 }],
  scoreName: 'rating',
  status: 'running',
  salt: 'a-salt-of-its-own',
});

/** No-break spaces look like spaces to who reads the test. */
const plain = (text: string): string => text.replaceAll('\u00a0', ' ');

describe('shares that are split evenly', () => {
  it.each([2, 3, 4, 5, 6])('among %i add up to 100', (count) => {
    const shares = evenShares(count).map(Number);
    expect(shares.reduce((a, b) => a + Math.round(b * 100), 0)).toBe(10_000);
    expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(0.0101);
  });
});

describe('the form', () => {
  const context = { before: setup, status: 'running', plannedUnits: null } as const;
  const filled: ExperimentDraft = { ...emptyDraft(), name: 'A cheaper model' };

  it('gives back what it was opened with', () => {
    expect(checkDraft(draftOf(setup), context)).toEqual({ kind: 'valid', value: setup });
  });

  it.each([
    { name: 'no name', part: { name: ' ' }, at: 'name' },
    { name: 'an exposure that is no number', part: { exposure: 'half' }, at: 'exposure' },
    { name: 'an exposure above all', part: { exposure: '101' }, at: 'exposure' },
    { name: 'an empty exposure', part: { exposure: '' }, at: 'exposure' },
    { name: 'a score that has no name', part: { goal: 'score' as const }, at: 'scoreName' },
    {
      name: 'shares of 90 %',
      part: { variants: filled.variants.map((each) => ({ ...each, share: '45' })) },
      at: 'variants',
    },
    {
      name: 'parameters that are a list',
      part: { variants: filled.variants.map((each, index) => ({ ...each, parameters: index === 1 ? '[1]' : '' })) },
      at: 'variants.1.parameters',
    },
    {
      name: 'a control that changes something',
      part: { variants: filled.variants.map((each, index) => ({ ...each, model: index === 0 ? 'gpt-4o' : '' })) },
      at: 'variants.0',
    },
  ])('refuses $name at its field', ({ part, at }) => {
    const result = checkDraft({ ...filled, ...part }, { before: null, status: 'draft', plannedUnits: null });
    expect(result.kind === 'invalid' && Object.keys(result.problems)).toEqual([at]);
  });

  it('plans for as many units as the traffic asks for', () => {
    const result = checkDraft(filled, { before: null, status: 'draft', plannedUnits: 1_371 });
    expect(result.kind === 'valid' && result.value.plannedUnits).toBe(1_371);
  });

  it('leaves conditions out that say nothing', () => {
    const targeting = [
      { key: 1, field: 'feature', value: ' titles ' },
      { key: 2, field: 'model', value: '' },
    ];
    const result = checkDraft({ ...filled, targeting }, { before: null, status: 'draft', plannedUnits: null });
    expect(result.kind === 'valid' && result.value.targeting).toEqual([{ field: 'feature', value: 'titles' }]);
  });
});

describe('a change in words', () => {
  it.each([
    { lift: -0.401, low: -0.42, high: -0.38, words: '40.1 % lower (38.0 to 42.0 %)' },
    { lift: 0.12, low: 0.02, high: 0.22, words: '12.0 % higher (2.0 to 22.0 %)' },
    { lift: -0.012, low: -0.04, high: 0.016, words: '1.2 % lower (between 4.0 % lower and 1.6 % higher)' },
  ])('$words', ({ lift, low, high, words }) => {
    expect(plain(changeWords(lift, { low, high }))).toBe(words);
  });

  it.each([
    { metric: 'cost_per_unit', value: 0.052634, text: '$0.05263' },
    { metric: 'error_rate', value: 0.0098, text: '0.98 %' },
    { metric: 'latency_p95', value: 1_812, text: '1.81 s' },
    { metric: 'score', value: 0.9, text: '0.900' },
    { metric: 'output_tokens', value: 203.7, text: '204' },
    { metric: 'score', value: null, text: '—' },
  ] as const)('$metric $value reads $text', ({ metric, value, text }) => {
    expect(plain(figure(metric, value))).toBe(text);
  });
});

describe('the verdict in one sentence', () => {
  const arm = (name: string, units: number) => ({
    name,
    share: 0.5,
    units,
    requests: units,
    unpriced: 0,
    errors: 0,
    timeouts: 0,
    fellBack: 0,
    cacheHits: 0,
    scored: 0,
    cost: 1,
    costPerSuccess: null,
    topShare: null,
    cappedCostPerUnit: null,
    metrics: [],
  });
  const results = (part: Partial<ExperimentResults>): ExperimentResults =>
    experimentResults.parse({
      verdict: { kind: 'wait', variant: '', findings: [] },
      sampleRatio: { chiSquare: 0.5, p: 0.48 },
      mixedUnits: 0,
      arms: [arm('control', 1_010), arm('b', 990)],
      firstAt: null,
      lastAt: null,
      detectable: 0.1,
      unitsNeeded: 3_000,
      daysLeft: 4.2,
      monthly: null,
      sql: '',
      ...part,
    });
  const finding = (kind: 'better' | 'worse' | 'guardCrossed' | 'tooSmall', metric: 'cost_per_unit' | 'score') => ({
    kind,
    variant: 'b',
    metric,
    lift: kind === 'worse' ? 0.2 : -0.4,
    interval: kind === 'worse' ? { low: 0.1, high: 0.3 } : { low: -0.45, high: -0.35 },
  });
  const sentence = (part: Partial<ExperimentResults>) => plain(verdictWords(setup, results(part)).sentence);

  it.each([
    {
      name: 'ship',
      part: { verdict: { kind: 'ship' as const, variant: 'b', findings: [finding('better', 'cost_per_unit')] } },
      said: 'Ship b: cost per user is 40.0 % lower (35.0 to 45.0 %)',
    },
    {
      name: 'keep for harm',
      part: {
        verdict: {
          kind: 'keep' as const,
          variant: '',
          findings: [finding('better', 'cost_per_unit'), finding('guardCrossed', 'score')],
        },
      },
      said: 'Keep control: score “rating” of b crosses its limit',
    },
    {
      name: 'keep since it is worse',
      part: { verdict: { kind: 'keep' as const, variant: '', findings: [finding('worse', 'cost_per_unit')] } },
      said: 'Keep control: cost per user of b is 20.0 % higher (10.0 to 30.0 %)',
    },
    {
      name: 'keep since nothing can be gained',
      part: { verdict: { kind: 'keep' as const, variant: '', findings: [finding('tooSmall', 'cost_per_unit')] } },
      said: 'Keep control: a gain of 5 % can be ruled out',
    },
    { name: 'wait', part: {}, said: 'Wait: 2,010 more users per variant, about 5 days at this pace' },
    {
      name: 'wait for the first one',
      part: { arms: [arm('control', 0), arm('b', 0)] },
      said: 'Wait: nobody has taken part yet',
    },
    {
      name: 'invalid',
      part: { verdict: { kind: 'invalid' as const, variant: '', findings: [] } },
      said: 'No verdict: the split is not the one asked for',
    },
  ])('$name', ({ part, said }) => {
    expect(sentence(part)).toBe(said);
  });

  it('says a figure once: what the sentence has is no reason any more', () => {
    const findings = [finding('better', 'cost_per_unit'), finding('guardCrossed', 'score')];
    const { reasons } = verdictWords(setup, results({ verdict: { kind: 'ship', variant: 'b', findings } }));
    expect(reasons.map(({ text }) => plain(text))).toEqual([
      'Score “rating” of b is 40.0 % lower (35.0 to 45.0 %); its limit is 10 % lower at most',
    ]);
  });

  it('of the same against the same is never one to ship', () => {
    const same = experiment.parse({ ...setup, variants: setup.variants.map(({ name, share }) => ({ name, share })) });
    const found = { verdict: { kind: 'ship' as const, variant: 'b', findings: [finding('better', 'cost_per_unit')] } };
    expect(verdictWords(same, results(found)).sentence).toContain('The same differs from the same');
    expect(verdictWords(same, results({})).sentence).toContain('No verdict');
  });
});
