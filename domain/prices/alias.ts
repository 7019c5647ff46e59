import { z } from 'zod';
import { modelPattern, overrideId, providerPattern } from './override.ts';

const priceAs = z
  .string({ error: 'provider/model, such as openai/gpt-4o' })
  .max(300, 'at most 300 characters')
  .regex(/^[a-z][a-z0-9-]{0,31}\/\S+$/, 'provider/model, such as openai/gpt-4o, or openai/* for the same name there');

const fields = {
  provider: providerPattern,
  /** Compared with the name that answered and with the one that was asked. */
  name: modelPattern,
  /** Whose prices hold: `openai/gpt-4o`; `openai/*` = the model of the same name there. */
  priceAs,
  note: z.string({ error: 'text' }).max(500, 'at most 500 characters').default(''),
};

/** What a name of the user's own stands for: a deployment, an inference profile, a model on own machines. */
export const modelAlias = z.strictObject(fields, { error: 'a map with the keys provider, name, priceAs, note' });
export type ModelAlias = z.infer<typeof modelAlias>;

/** As spendlens.yaml declares it. */
export const declaredAlias = z.strictObject(
  { id: overrideId, ...fields },
  { error: 'a map with the keys id, provider, name, priceAs, note' },
);
