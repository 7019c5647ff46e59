import { z } from 'zod';
import { costStatus } from '../domain/prices/receipt.ts';

const int = z.coerce.number().int();
const money = z.string().nullable();

/** What repricing reads of a row of `attempts`. */
export const callRow = z.object({
  request_id: z.string(),
  created_at: z.string(),
  kind: z.string(),
  provider: z.string(),
  model: z.string(),
  response_model: z.string(),
  outbox_id: z.string(),
  seq: int,
  attempt: int,
  final: z.boolean(),
  cost_usd: money,
  cost_status: costStatus,
  cost_breakdown: z.string(),
  price_version: z.string(),
  pricing_facts: z.string(),
  total_cost_usd: money,
  /** '' on rows that are not final. */
  total_cost_status: z.string(),
});
export type CallRow = z.infer<typeof callRow>;

/** A row of `corrections`, as it is written; `job_id`, `batch` and `corrected_at` are the writer's. */
export interface CorrectionRow {
  readonly request_id: string;
  readonly created_at: string;
  readonly kind: string;
  readonly provider: string;
  readonly model: string;
  readonly outbox_id: string;
  readonly seq: number;
  readonly attempt: number;
  readonly final: boolean;
  readonly old_cost_usd: string | null;
  readonly new_cost_usd: string | null;
  readonly old_cost_status: string;
  readonly new_cost_status: string;
  readonly old_cost_breakdown: string;
  readonly new_cost_breakdown: string;
  readonly old_price_version: string;
  readonly new_price_version: string;
  readonly old_total_cost_usd: string | null;
  readonly new_total_cost_usd: string | null;
  readonly old_total_cost_status: string;
  readonly new_total_cost_status: string;
}
