import { z } from 'zod';
import { SpendlensError } from '../error.ts';
import type { InvoiceFormat } from '../money-api.ts';
import { invalid } from './csv.ts';
import { type Invoice, type InvoiceLine, readAmount, readDay, requireDollars } from './invoice.ts';
import { nameOpenAiItem } from './openai-item.ts';

const number = z.union([z.number().transform(String), z.string()]);
const optional = z
  .string()
  .nullish()
  .transform((text) => text ?? '');

/** GET /v1/organization/costs: https://platform.openai.com/docs/api-reference/usage/costs */
const openAi = z.object({
  data: z.array(
    z.object({
      start_time: z.number().int(),
      results: z.array(z.object({ amount: z.object({ value: number, currency: optional }), line_item: optional })),
    }),
  ),
});

/** GET /v1/organizations/cost_report, amounts in cents: https://platform.claude.com/docs/en/api/admin/cost_report */
const anthropic = z.object({
  data: z.array(
    z.object({
      starting_at: z.string(),
      results: z.array(
        z.object({ amount: number, currency: optional, description: optional, model: optional, cost_type: optional }),
      ),
    }),
  ),
});

const MAX_ENTRIES = 200_000;

/** One page of an answer, or an array of pages. @throws SpendlensError request_invalid */
export function readJson(text: string, wanted: InvoiceFormat | undefined): Invoice {
  const value = parse(text);
  const pages = Array.isArray(value) ? value : [value];
  const isAnthropic = wanted === undefined ? text.includes('"starting_at"') : wanted === 'anthropic-json';
  const lines = isAnthropic
    ? check(z.array(anthropic), pages).flatMap(({ data }) => data.flatMap(anthropicLines))
    : check(z.array(openAi), pages).flatMap(({ data }) => data.flatMap(openAiLines));
  if (lines.length > MAX_ENTRIES) {
    throw new SpendlensError('request_invalid', `the report has more than ${MAX_ENTRIES} entries`);
  }
  return isAnthropic
    ? { format: 'anthropic-json', provider: 'anthropic', lines }
    : { format: 'openai-json', provider: 'openai', lines };
}

function openAiLines({ start_time, results }: z.infer<typeof openAi>['data'][number]): InvoiceLine[] {
  const day = readDay(String(start_time), { line: 1, column: 'start_time' });
  return results.map(({ amount, line_item }) => {
    const at = { line: 1, column: `amount of ${day} ${line_item}` };
    requireDollars(amount.currency, at);
    return { day, ...nameOpenAiItem(line_item), ...readAmount(amount.value, at) };
  });
}

function anthropicLines({ starting_at, results }: z.infer<typeof anthropic>['data'][number]): InvoiceLine[] {
  const day = readDay(starting_at, { line: 1, column: 'starting_at' });
  return results.map(({ amount, currency, description, model, cost_type }) => {
    const at = { line: 1, column: `amount of ${day} ${description}` };
    requireDollars(currency, at);
    // Without grouping by description nothing is named, and the amount is all of the day.
    const other = model === '' && (description !== '' || cost_type !== '') ? description || cost_type : '';
    return { day, model, other, ...readAmount(amount, at, true) };
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    const position = Number(/position (\d+)/.exec(message)?.[1] ?? text.length);
    const before = text.slice(0, position).split('\n');
    throw invalid(before.length, (before.at(-1)?.length ?? 0) + 1, `not valid JSON: ${message.slice(0, 200)}`);
  }
}

function check<Value>(schema: z.ZodType<Value>, value: unknown): Value {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue?.path.slice(1).join('.') ?? '';
  throw new SpendlensError('request_invalid', `${path === '' ? 'the report' : path}: ${issue?.message ?? 'invalid'}`);
}
