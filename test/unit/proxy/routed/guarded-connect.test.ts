import type { LookupAddress, LookupAllOptions } from 'node:dns';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createGuardedConnect } from '../../../../proxy/routed/guarded-connect.ts';
import { startUpstream, type Upstream } from '../../../harness/upstream.ts';

let inside: Upstream;
beforeAll(async () => {
  inside = await startUpstream();
});
afterAll(() => inside?.close());

type Answers = readonly (readonly string[])[];

/** A name server that gives these answers one after another. */
function nameServer(answers: Answers) {
  let turn = 0;
  const asked: string[] = [];
  const lookup = (
    name: string,
    _options: LookupAllOptions,
    done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
  ) => {
    asked.push(name);
    const addresses = answers[Math.min(turn++, answers.length - 1)] ?? [];
    done(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
  return { asked, lookup };
}

function connect(answers: Answers, allowPrivate: boolean, hostname = 'rebind.example') {
  const server = nameServer(answers);
  const guarded = createGuardedConnect({ allowPrivate, timeoutMs: 500, lookup: server.lookup });
  return () =>
    new Promise<string>((resolve) => {
      guarded({ hostname, host: hostname, protocol: 'http:', port: String(inside.port) }, (error, socket) => {
        socket?.destroy();
        resolve(error === null ? 'connected' : error.message);
      });
    });
}

it.each([
  ['leads inside', [['127.0.0.1']]],
  ['leads inside over IPv6', [['::1']]],
  ['leads to the metadata service', [['169.254.169.254']]],
  ['leads outside and inside at once', [['127.0.0.1', '192.0.9.1']]],
  ['leads inside in a mapped form', [['::ffff:127.0.0.1']]],
])('a name that %s is refused', async (_name, answers) => {
  expect(await connect(answers, false)()).toMatch(/^rebind\.example \(.*\) is .*where no caller’s own target may be$/);
});

it('a name that led outside when it was looked at first and leads inside now is refused', async () => {
  const attempt = connect([['192.0.2.55'], ['127.0.0.1']], true);
  expect(await attempt()).toMatch(/no single host/);
  const again = connect([['10.255.255.1'], ['127.0.0.1']], false);
  expect(await again()).toMatch(/is private/);
  expect(await again()).toMatch(/is loopback/);
});

it('an address that may be called is', async () => {
  expect(await connect([['127.0.0.1']], true)()).toBe('connected');
});
