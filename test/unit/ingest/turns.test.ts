import { describe, expect, it } from 'vitest';
import { shareTurns } from '../../../ingest/turns.ts';

describe('turns that loops share', () => {
  it('are never more than there are, and go round in the order of asking', async () => {
    const turnsOf = shareTurns(2);
    const [one, two, three] = [turnsOf(), turnsOf(), turnsOf()];
    const first = await one.take();
    await two.take();
    expect(one.tryTake()).toBeNull();
    const order: string[] = [];
    const waiting = [three, one].map(async (turns, index) => {
      const giveBack = await turns.take();
      order.push(index === 0 ? 'three' : 'one');
      giveBack();
    });
    first();
    first();
    await Promise.all(waiting);
    expect(order).toEqual(['three', 'one']);
    const again = one.tryTake();
    expect(again).not.toBeNull();
    expect(one.tryTake()).toBeNull();
  });

  it('come back from a loop that has ended, whatever it held or was still waiting for', async () => {
    const turnsOf = shareTurns(1);
    const [ended, other] = [turnsOf(), turnsOf()];
    await ended.take();
    const late = ended.take();
    ended.end();
    await late;
    expect(ended.tryTake()).toBeNull();
    expect(other.tryTake()).not.toBeNull();
  });
});
