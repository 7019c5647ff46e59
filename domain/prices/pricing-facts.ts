import { z } from 'zod';
import { errorKind } from '../exchange.ts';
import { responseFacts, usage } from '../usage/facts.ts';
import type { PricedCall } from './price-exchange.ts';

const { serviceTier, serverTools, others } = responseFacts.shape;

/** Everything that a call is priced by, as it is kept with its row; a call that grows a field keeps it here too. */
const fields = {
  provider: z.string(),
  model: z.string(),
  responseModel: z.string(),
  at: z.codec(z.number(), z.date(), { decode: (ms) => new Date(ms), encode: (date) => date.getTime() }),
  usage: usage.nullable(),
  reportedCost: z
    .codec(z.string(), z.bigint(), { decode: (digits) => BigInt(digits), encode: (nano) => nano.toString() })
    .nullable(),
  status: z.number().int().nullable(),
  errorKind: errorKind.nullable().exactOptional(),
  cached: z.boolean().exactOptional(),
  estimated: z.boolean(),
  hiddenReasoning: z.boolean(),
  complete: z.boolean(),
  serviceTier: serviceTier.exactOptional(),
  region: z.string().exactOptional(),
  serverTools: serverTools.exactOptional(),
  others: others.exactOptional(),
} satisfies Record<keyof PricedCall, z.ZodType>;
const pricingFacts = z.object(fields);

/** For the column `pricing_facts`: a row can be priced again without its bodies. */
export function encodePricingFacts(call: PricedCall): string {
  return JSON.stringify(z.encode(pricingFacts, call));
}

/** Null where the row has none that can be read: it was written before they were kept. */
export function decodePricingFacts(text: string): PricedCall | null {
  if (text === '') return null;
  try {
    return z.decode(pricingFacts, JSON.parse(text));
  } catch {
    return null;
  }
}
