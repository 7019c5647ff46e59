import { expect, it } from 'vitest';
import { firstly } from '../../../ingest/outcome.ts';

const steps = firstly({ name: 'decode', work: (text: string) => Number(text) })
  .next({
    name: 'parse',
    work: (value: number) => {
      if (Number.isNaN(value)) throw new RangeError('not a number');
      return value * 2;
    },
  })
  .next({ name: 'rows', work: (value: number) => [value] });

it('hands each step what the one before it made', () => {
  expect(steps.run('21')).toEqual({ kind: 'ok', value: [42] });
});

it('sets an event aside at the step that threw, with its reason', () => {
  expect(steps.run('x')).toMatchObject({ kind: 'deadLetter', step: 'parse', reason: 'RangeError: not a number' });
});
