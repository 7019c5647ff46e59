import { setTimeout as sleep } from 'node:timers/promises';
import { type Agent, request } from 'undici';
import type { Call } from '../model/call.ts';
import { appHeaders, keyHeader, tagHeaders } from '../wire/headers.ts';
import { wireOf } from '../wire/wires.ts';
import { mockHeaders } from './provider.ts';

export type Sent = 'answered' | 'failed' | 'left';

/** Sends a call through the proxy as its app would; reads the answer to its end, or leaves in the middle. */
export async function send(call: Call, proxyUrl: string, agent: Agent): Promise<Sent> {
  const wire = wireOf(call);
  const leaves = call.outcome.kind === 'cut' && call.outcome.errorKind === 'client_disconnect';
  const abort = new AbortController();
  const [keyName, before] = keyHeader(call);
  try {
    const { statusCode, body } = await request(`${proxyUrl}/${call.model.provider}${wire.path(call)}`, {
      method: 'POST',
      dispatcher: agent,
      signal: abort.signal,
      headers: Object.fromEntries([
        ...appHeaders(call),
        // A made-up key that stays the same for one holder, so that its fingerprint does too.
        [keyName, `${before}demo-${call.keyId}`],
        ...tagHeaders(call),
        ['spendlens-kind', 'demo'],
        ['helicone-request-id', call.requestId],
        ...mockHeaders(call),
      ]),
      body: JSON.stringify(wire.request(call)),
    });
    if (leaves) {
      await sleep(60);
      abort.abort();
      await body.dump().catch(() => undefined);
      return 'left';
    }
    for await (const _ of body);
    return statusCode < 400 ? 'answered' : 'failed';
  } catch {
    return leaves ? 'left' : 'failed';
  }
}
