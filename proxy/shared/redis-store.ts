import { setTimeout as sleep } from 'node:timers/promises';
import { createClient, RESP_TYPES } from 'redis';
import { z } from 'zod';
import type { Logger } from '../../process/log.ts';
import type { SharedStore } from './store.ts';

/** A call that waits longer than this for shared state goes on without it. */
const COMMAND_TIMEOUT_MS = 500;
const CONNECT_MS = 2_000;
/** A claim whose holder died lapses after this; one that lives renews it three times as often. */
const CLAIM_MS = 5_000;
const PREFIX = 'spendlens:';

/** takeFrom() of store.ts. Numbers come back as text, since Redis would cut them to integers. */
const TAKE = `
local state = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local capacity, refill, needed, cost, now = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local filled = capacity
if state[1] then
  local elapsed = math.max(0, now - tonumber(state[2]))
  filled = math.min(capacity, tonumber(state[1]) + elapsed * refill)
  now = math.max(now, tonumber(state[2]))
end
local granted = filled >= needed
local tokens = filled
if granted then tokens = filled - cost end
redis.call('HSET', KEYS[1], 'tokens', string.format('%.17g', tokens), 'at', string.format('%.17g', now))
redis.call('PEXPIRE', KEYS[1], math.ceil((capacity - math.min(tokens, 0)) / refill) + 60000)
return { granted and '1' or '0', string.format('%.17g', tokens) }
`;
const takenReply = z.tuple([z.string(), z.string()]);

/**
 * Connects when it can; until then, and whenever it cannot, every call rejects at once. One that is up is waited for, so
 * that no limit is missed at the start.
 */
export async function openRedisStore(url: string, log: Logger): Promise<SharedStore> {
  const client = createClient({
    url,
    disableOfflineQueue: true,
    socket: { connectTimeout: CONNECT_MS, reconnectStrategy: (tries) => Math.min(100 * 2 ** tries, 5_000) },
  });
  const binary = client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
  let lastLogged = 0;
  client.on('error', (error: Error) => {
    if (Date.now() - lastLogged < 10_000) return;
    lastLogged = Date.now();
    log.warn({ reason: error.message || error.name }, 'Redis does not answer: calls go on without cache and limits');
  });
  await Promise.race([client.connect().catch(() => {}), sleep(CONNECT_MS, undefined, { ref: false })]);
  return {
    async get(key) {
      return (await within(binary.get(PREFIX + key))) ?? null;
    },
    async put(key, value, ttlMs) {
      const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
      await within(
        client.set(PREFIX + key, bytes, { expiration: { type: 'PX', value: Math.max(1, Math.round(ttlMs)) } }),
      );
    },
    async takeTokens(key, { capacity, refillPerMs, needed, cost, now }) {
      const numbers = [capacity, refillPerMs, needed, cost, now].map(String);
      const reply = await within(client.eval(TAKE, { keys: [PREFIX + key], arguments: numbers }));
      const [granted, tokens] = takenReply.parse(reply);
      return { granted: granted === '1', tokens: Number(tokens) };
    },
    async claim(key) {
      const name = PREFIX + key;
      const expiration = { type: 'PX', value: CLAIM_MS } as const;
      if ((await within(client.set(name, '', { condition: 'NX', expiration }))) === null) return null;
      // Where Redis does not take the one or the other, the claim lapses by itself.
      const renewal = setInterval(() => client.pExpire(name, CLAIM_MS).catch(() => {}), CLAIM_MS / 3);
      renewal.unref();
      return {
        release() {
          clearInterval(renewal);
          client.del(name).catch(() => {});
        },
      };
    },
    async isClaimed(key) {
      return (await within(client.exists(PREFIX + key))) === 1;
    },
    async close() {
      client.destroy();
    },
  };
}

function within<T>(command: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error('Redis was too slow')), COMMAND_TIMEOUT_MS);
    command.then(resolve, reject).finally(() => clearTimeout(late));
  });
}
