import { describe, expect, it } from 'vitest';
import { type Experiment, experiment } from '../../../domain/experiments/experiment.ts';
import { readSnapshot } from '../../../domain/snapshot.ts';
import { assign } from '../../../domain/statistics/assignment.ts';
import { assignVariant, candidatesFor } from '../../../proxy/experiments.ts';

const noTags = {
  userId: '',
  feature: '',
  promptId: '',
  promptVersion: '',
  sessionId: '',
  sessionName: '',
  sessionPath: '',
  traceId: '',
  properties: {},
  cut: false,
};
const setup = (change: object = {}): Experiment =>
  experiment.parse({
    name: 'A cheaper model',
    unit: 'user',
    variants: [
      { name: 'control', share: 0.5 },
      { name: 'b', share: 0.5, model: 'gpt-4o-mini' },
    ],
    status: 'running',
    salt: 'a-salt-of-its-own',
    ...change,
  });
const running = (change: object = {}, id = 'cheaper') => [{ id, value: setup(change) }];
const asked = { model: 'gpt-4o', userId: 'ada', sessionId: 's-1', requestId: 'r-1' };

describe('which experiment takes a request', () => {
  it.each([
    { name: 'a feature', target: { field: 'feature', value: 'chat' }, tags: { feature: 'chat' } },
    { name: 'a prompt', target: { field: 'prompt_id', value: 'p' }, tags: { promptId: 'p' } },
    { name: 'a property', target: { field: 'property.plan', value: 'pro' }, tags: { properties: { plan: 'pro' } } },
    {
      name: 'a property in any case',
      target: { field: 'property.Plan', value: 'pro' },
      tags: { properties: { plan: 'pro' } },
    },
    { name: 'a provider', target: { field: 'provider', value: 'openai' }, tags: {} },
  ])('by $name, before the body is read', ({ target, tags }) => {
    const experiments = running({ targeting: [target] });
    const candidate = { provider: 'openai', tags: { ...noTags, ...tags } };
    expect(candidatesFor(experiments, candidate)).toHaveLength(1);
    expect(candidatesFor(experiments, { ...candidate, provider: 'groq', tags: noTags })).toHaveLength(0);
  });

  it('by its model, once the body is known', () => {
    const experiments = running({ targeting: [{ field: 'model', value: 'gpt-4o' }] });
    expect(candidatesFor(experiments, { provider: 'openai', tags: noTags })).toHaveLength(1);
    expect(assignVariant(experiments, asked, '')?.experiment).toBe('cheaper');
    expect(assignVariant(experiments, { ...asked, model: 'gpt-5' }, '')).toBeNull();
  });

  it('the first of two that match', () => {
    expect(assignVariant([...running({}, 'a'), ...running({}, 'b')], asked, '')?.experiment).toBe('a');
  });
});

describe('the variant of a unit', () => {
  it.each([
    { unit: 'user', id: 'ada' },
    { unit: 'session', id: 's-1' },
    { unit: 'request', id: 'r-1' },
  ])('$unit', ({ unit, id }) => {
    const found = assignVariant(running({ unit }), asked, '');
    expect(found?.unitId).toBe(id);
    expect(found?.variant.name).toBe(assign(setup(), id));
    expect(found?.control).toBe('control');
  });

  it('none without a unit, and none outside the exposure', () => {
    expect(assignVariant(running(), { ...asked, userId: '' }, '')).toBeNull();
    expect(assignVariant(running({ exposure: 0 }), asked, '')).toBeNull();
  });

  it('forced by a header, for testing: no unit, so no analysis', () => {
    for (const name of ['control', 'b']) {
      const found = assignVariant(running(), { ...asked, userId: '' }, `cheaper=${name}`);
      expect(found).toMatchObject({ variant: { name }, unitId: '' });
    }
    expect(assignVariant(running(), asked, 'another=b')?.unitId).toBe('ada');
  });
});

describe('a snapshot', () => {
  const wire = (value: unknown) => ({ experiments: [{ id: 'x', version: 1, value }] });

  it('holds what runs, and leaves out what this proxy cannot read', () => {
    expect(readSnapshot(wire(setup()))?.experiments).toHaveLength(1);
    expect(readSnapshot(wire(setup({ status: 'paused' })))?.experiments).toHaveLength(0);
    expect(readSnapshot(wire({ from: 'a newer program' }))?.experiments).toHaveLength(0);
  });

  it('is not anything else', () => {
    expect(readSnapshot({ error: 'no' })).toBeNull();
    expect(readSnapshot(null)).toBeNull();
  });
});
