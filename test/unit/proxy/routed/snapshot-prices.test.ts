import { describe, expect, it } from 'vitest';
import { emptySnapshot, readSnapshot } from '../../../../domain/snapshot.ts';

const override = (id: string, version: number, more: object) => ({ id, version, value: { model: 'm', ...more } });
const wire = (overrides: object[], aliases: object[] = []) => ({ experiments: [], prices: { overrides, aliases } });
const idsIn = (overrides: object[]) => readSnapshot(wire(overrides))?.prices?.overrides.map(({ id }) => id);

describe('prices in a snapshot', () => {
  it.each([
    {
      name: 'the file’s before the dashboard’s',
      given: [
        ['b', 3],
        ['a', 0],
      ] as const,
      order: ['a', 'b'],
    },
    {
      name: 'two with one id both',
      given: [
        ['a', 3],
        ['a', 0],
      ] as const,
      order: ['a', 'a'],
    },
  ])('$name', ({ given, order }) => {
    expect(idsIn(given.map(([id, version]) => override(id, version, { free: true })))).toEqual(order);
    const versions = readSnapshot(
      wire(given.map(([id, version]) => override(id, version, { free: true }))),
    )?.prices?.overrides.map(({ version }) => version);
    expect(versions).toEqual([0, 3]);
  });

  it('that this proxy cannot read are left out', () => {
    expect(idsIn([override('new', 1, { fromTheFuture: 1 }), override('old', 1, { percent: '-10' })])).toEqual(['old']);
  });

  it('include the user’s own names', () => {
    const alias = { id: 'prod', version: 1, value: { provider: 'azure', name: 'chat-prod', priceAs: 'openai/gpt-4o' } };
    expect(readSnapshot(wire([], [alias]))?.prices?.aliases).toMatchObject([alias]);
  });

  it('that are not told are null, so that the proxy’s own file holds', () => {
    expect(readSnapshot({ experiments: [] })?.prices).toBeNull();
    expect(emptySnapshot.prices).toBeNull();
  });
});
