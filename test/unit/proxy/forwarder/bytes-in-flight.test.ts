import { expect, it } from 'vitest';
import { createBytesInFlight, type Share } from '../../../../proxy/forwarder/bytes-in-flight.ts';

it('holds no more than its bound, in the order in which it was asked', async () => {
  const bytes = createBytesInFlight(100);
  const got: string[] = [];
  const ask = async (name: string, size: number): Promise<Share> => {
    const share = await bytes.take(size);
    got.push(name);
    return share;
  };
  const first = await ask('first', 60);
  const large = ask('large', 80);
  const small = ask('small', 20 /* would fit, but the large one would then wait for ever */);
  await Promise.resolve();
  expect(got).toEqual(['first']);
  first.resize(20);
  (await large).giveBack();
  await small;
  expect(got).toEqual(['first', 'large', 'small']);
  expect(bytes.held()).toBe(40 /* 20 + 20 */);
});

it('lets one that is larger than the bound through alone', async () => {
  const bytes = createBytesInFlight(100);
  const share = await bytes.take(100);
  share.resize(5_000);
  const next = bytes.take(1);
  share.giveBack();
  await next;
  expect(bytes.held()).toBe(1);
});
