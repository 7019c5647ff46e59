import { describe, expect, it } from 'vitest';
import { createTargetStates } from '../../../../proxy/routed/target-states.ts';

function setUp() {
  const clock = { now: 0 };
  const states = createTargetStates({ failures: 2, coolDownMs: 100, now: () => clock.now });
  const fail = () => {
    const call = states.began('a/x');
    call.answered(500);
    call.over();
  };
  return { clock, states, fail };
}

describe('what is known of a target', () => {
  it('is how long its last answers took, for five minutes', () => {
    const { clock, states } = setUp();
    for (const ms of [100, 300]) {
      const call = states.began('a/x');
      call.answered(200);
      clock.now += ms;
      call.firstByte();
      clock.now += 50;
      call.firstByte();
      call.over();
    }
    // (100 + 300) / 2; later bytes tell nothing.
    expect(states.look('a/x')).toEqual({ ttftMs: 200, inFlight: 0, breaker: 'closed' });
    clock.now += 300_001;
    expect(states.look('a/x').ttftMs).toBeNull();
  });

  it('is not how fast it refuses', () => {
    const { states, fail } = setUp();
    fail();
    expect(states.look('a/x').ttftMs).toBeNull();
  });

  it('is how many calls are under way', () => {
    const { states } = setUp();
    const [one, two] = [states.began('a/x'), states.began('a/x')];
    expect(states.look('a/x').inFlight).toBe(2);
    one.over();
    one.over();
    expect(states.look('a/x').inFlight).toBe(1);
    two.over();
    expect(states.look('b/x').inFlight).toBe(0);
  });
});

describe('a target that fails', () => {
  it('rests, is tried by one call, and rests again where that fails too', () => {
    const { clock, states, fail } = setUp();
    fail();
    expect(states.look('a/x').breaker).toBe('closed');
    fail();
    expect(states.look('a/x').breaker).toBe('open');
    clock.now += 100;
    expect(states.look('a/x').breaker).toBe('half-open');
    const probe = states.began('a/x');
    expect(states.look('a/x').breaker).toBe('open');
    probe.failed('timeout');
    probe.over();
    expect(states.look('a/x').breaker).toBe('open');
    clock.now += 100;
    const second = states.began('a/x');
    second.answered(200);
    second.firstByte();
    second.over();
    expect(states.look('a/x').breaker).toBe('closed');
  });

  it('is in rest no longer than its probe lasts, where that tells nothing', () => {
    const { clock, states, fail } = setUp();
    fail();
    fail();
    clock.now += 100;
    states.began('a/x').over();
    expect(states.look('a/x').breaker).toBe('half-open');
  });

  it('is not one that a request was wrong for', () => {
    const { states } = setUp();
    for (let i = 0; i < 5; i++) {
      const call = states.began('a/x');
      call.answered(400);
      call.failed('context_window');
      call.over();
    }
    expect(states.look('a/x').breaker).toBe('closed');
  });
});
