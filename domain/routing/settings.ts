import { z } from 'zod';
import { condition } from './conditions.ts';

const HOST = /^(?:\*|(?:\*\.)?[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::(?:\d{1,5}|\*))?$/i;

/** Which addresses of their own callers may name. */
export const targetSettings = z.strictObject(
  {
    allow: z
      .array(
        z.string().regex(HOST, 'a host, *.example.com or *, with :PORT or :* where it is not the protocol’s own'),
        {
          error: 'a list of hosts',
        },
      )
      .default([]),
    allowPrivate: z.boolean({ error: 'true or false' }).default(false),
  },
  { error: 'a map with the keys allow, allowPrivate' },
);

const provider = z.string({ error: 'the name of a provider' });
const model = z.string({ error: 'the name of a model' }).min(1).max(256);

/** Who answers where the provider that was asked does not. */
export const fallbackRule = z.strictObject(
  {
    id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'a–z, 0–9 and hyphens, at most 64'),
    provider,
    /** '' = any. */
    feature: z.string().max(256).default(''),
    /** Globs of the models that it holds for; none = all. */
    models: z.array(model, { error: 'a list of models' }).default([]),
    on: z.array(condition, { error: 'a list of conditions' }).min(1).optional(),
    to: z
      .array(z.strictObject({ provider, model: model.optional() }, { error: 'a map with the keys provider, model' }), {
        error: 'a list of targets',
      })
      .min(1, 'at least one target')
      .max(10, 'at most 10 targets'),
  },
  { error: 'a map with the keys id, provider, feature, models, on, to' },
);
export type FallbackRule = z.infer<typeof fallbackRule>;

export const routedSettings = z.strictObject(
  {
    totalMs: z.number({ error: 'a number of milliseconds' }).int().min(1).max(86_400_000).optional(),
    retryFloor: z.number({ error: 'a number of calls' }).int().min(0).max(10_000).optional(),
    /** Failures in a row after which a route's target rests. */
    breakerFailures: z.number({ error: 'a number of failures' }).int().min(1).max(1_000).optional(),
    coolDownMs: z.number({ error: 'a number of milliseconds' }).int().min(1).max(86_400_000).optional(),
  },
  { error: 'a map with the keys totalMs, retryFloor, breakerFailures, coolDownMs' },
);
