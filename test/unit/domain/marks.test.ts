import { describe, expect, it } from 'vitest';
import { experiment } from '../../../domain/experiments/experiment.ts';
import { type ChangedVersion, marksOf } from '../../../domain/marks.ts';
import { priceOverride } from '../../../domain/prices/override.ts';

const setup = experiment.parse({
  name: 'Mini',
  unit: 'user',
  variants: [
    { name: 'control', share: 0.5 },
    { name: 'b', share: 0.5 },
  ],
  salt: 'a-salt-of-its-own',
});
const price = priceOverride.parse({ provider: 'openai', model: 'gpt-4o', percent: '-15' });

const versions = (kind: ChangedVersion['kind'], ...values: (object | null)[]): ChangedVersion[] =>
  values.map((value, index) => ({
    kind,
    id: 'one',
    at: 1_000 * (index + 1),
    deleted: value === null,
    value: value ?? {},
  }));
const textsOf = (...args: Parameters<typeof versions>) => marksOf(versions(...args)).map(({ text }) => text);

describe('marks on the time line', () => {
  it('of an experiment say what its traffic felt, and nothing of drafts, names and archives', () => {
    const running = { ...setup, status: 'running' };
    const marks = textsOf(
      'experiment',
      setup,
      running,
      { ...running, name: 'Mini 2' },
      { ...running, exposure: 0.25 },
      { ...running, status: 'paused', pausedBecause: 'score of b: −33.0 %' },
      running,
      { ...running, status: 'paused' },
      { ...running, status: 'stopped' },
      { ...running, status: 'archived' },
    );
    expect(marks).toEqual([
      'Experiment “Mini” started',
      'Experiment “Mini” at 25 % of its traffic',
      'Experiment “Mini” paused by its guard',
      'Experiment “Mini” resumed',
      'Experiment “Mini” paused',
      'Experiment “Mini” stopped',
    ]);
  });

  it('of one that is deleted while it runs, and of none that never ran', () => {
    expect(textsOf('experiment', { ...setup, status: 'running' }, null)).toEqual([
      'Experiment “Mini” started',
      'Experiment “Mini” deleted',
    ]);
    expect(textsOf('experiment', setup, null)).toEqual([]);
  });

  it('of a price say what became of it', () => {
    expect(textsOf('price-override', price, { ...price, percent: '-20' }, null, price)).toEqual([
      'Price of gpt-4o set',
      'Price of gpt-4o changed',
      'Price of one removed',
      'Price of gpt-4o set',
    ]);
  });

  it('stand in the order of time, whatever they are of', () => {
    const all = [
      ...versions('experiment', setup, { ...setup, status: 'running' }),
      ...versions('price-override', price),
    ];
    expect(marksOf(all).map(({ at, kind }) => [at, kind])).toEqual([
      ['1970-01-01T00:00:01.000Z', 'price'],
      ['1970-01-01T00:00:02.000Z', 'experiment'],
    ]);
  });
});
