import { z } from 'zod';

/**
 * The dashboard server's API about prices, corrections and invoices. All under /api; every request that changes
 * something is a POST with JSON. A stale edit is refused with 409 and the code `stale`, a wrong value with 400 and
 * `request_invalid`, and what spendlens.yaml declares with 409 and `read_only`.
 */

const count = z.number().int().nonnegative();
const dollars = z.string();
const instant = z.iso.datetime({ offset: true });
const day = z.iso.date();

/** What people change in the dashboard. Paths: /api/price-overrides, /api/model-aliases, /api/experiments, …/routes. */
export const configKind = z.enum(['price-override', 'model-alias', 'experiment', 'route']);
export type ConfigKind = z.infer<typeof configKind>;

export const configEntry = z.object({
  id: z.string(),
  /** 1 for the first; 0 for what spendlens.yaml declares, which is read-only. */
  version: count,
  source: z.enum(['dashboard', 'file']),
  /** Null for what the file declares. */
  at: instant.nullable(),
  who: z.string(),
  deleted: z.boolean(),
  /** As JSON: PriceOverride and ModelAlias of domain/prices, Experiment, Route of domain/routing. */
  value: z.record(z.string(), z.unknown()),
});
export type ConfigEntry = z.infer<typeof configEntry>;

/** GET /api/price-overrides, /api/model-aliases: the state. GET …/history?id= : every version of one, newest first. */
export const configEntries = z.object({ entries: z.array(configEntry) });
/** POST /api/price-overrides: a new one without `id` (version 0), else the next version of it. Answers a configEntry. */
export const configPut = z.object({
  id: z.string().min(1).max(128).optional(),
  version: count,
  value: z.record(z.string(), z.unknown()),
});
/** POST /api/price-overrides/delete. Answers a configEntry. */
export const configDelete = z.object({ id: z.string().min(1).max(128), version: count });

/** GET /api/unpriced-models?kind=: calls whose model has no price, most requests first, at most 500. */
export const unpricedModels = z.object({
  models: z.array(
    z.object({
      provider: z.string(),
      /** As answered, or as asked where the answer named none; what an override or alias has to match. */
      model: z.string(),
      requests: count,
      inputTokens: count,
      outputTokens: count,
      firstAt: instant,
      lastAt: instant,
      /** In words, from the newest receipt. */
      reason: z.string(),
    }),
  ),
});
export type UnpricedModels = z.infer<typeof unpricedModels>;

/** Which calls are priced again: from `from` to before `to`, by the time of their arrival. */
export const repricingSelection = z
  .object({
    from: instant,
    to: instant,
    /** Asked or answered; without it all. */
    model: z.string().max(256).optional(),
    provider: z.string().max(64).optional(),
  })
  .refine(({ from, to }) => Date.parse(from) < Date.parse(to), 'a range must begin before it ends');
export type RepricingSelection = z.infer<typeof repricingSelection>;

export const repricingDifference = z.object({
  /** Calls looked at, changed, and those that were written before pricing facts were kept and stay as they are. */
  calls: count,
  changed: count,
  skipped: count,
  oldCost: dollars,
  newCost: dollars,
  /** Only where something changes, by UTC day and then model. Unpriced calls are in no sum. */
  rows: z.array(
    z.object({
      day,
      provider: z.string(),
      model: z.string(),
      changed: count,
      oldCost: dollars,
      newCost: dollars,
      oldUnpriced: count,
      newUnpriced: count,
    }),
  ),
});
export type RepricingDifference = z.infer<typeof repricingDifference>;

/** POST /api/repricing/preview (a selection) answers {id}; nothing is changed. GET /api/repricing/preview/{id}, polled: */
export const repricingPreview = z.object({
  state: z.enum(['running', 'ready', 'failed']),
  /** Calls looked at so far, of about so many. */
  done: count,
  total: count,
  message: z.string(),
  difference: repricingDifference.nullable(),
});
export type RepricingPreview = z.infer<typeof repricingPreview>;

/** POST /api/repricing: prices again and keeps the old figures; answers a repricingJob. 409 `busy` while one runs. */
export const repricingRequest = z.object({ selection: repricingSelection, why: z.string().trim().min(1).max(500) });
/** POST /api/repricing/undo: another correction, back to the figures before that job; answers a repricingJob. */
export const repricingUndo = z.object({ id: z.string().min(1).max(64), why: z.string().trim().min(1).max(500) });

export const repricingJob = z.object({
  id: z.string(),
  /** planning: reading and pricing; applying: rows are being changed, figures are in between. */
  state: z.enum(['planning', 'applying', 'done', 'failed']),
  selection: repricingSelection,
  /** '' or the job that this one undoes. */
  undoes: z.string(),
  /** '' or the job that undid this one. */
  undoneBy: z.string(),
  who: z.string(),
  why: z.string(),
  startedAt: instant,
  /** When the newest word of it was written. */
  at: instant,
  /** Of the state it is in: calls while planning, corrections while applying. */
  done: count,
  total: count,
  /** Corrections kept, and the sums over them. */
  changed: count,
  oldCost: dollars,
  newCost: dollars,
  message: z.string(),
});
export type RepricingJob = z.infer<typeof repricingJob>;
/** GET /api/repricing: all of them, newest first: the audit trail. GET /api/repricing/{id}: one. */
export const repricingJobs = z.object({ jobs: z.array(repricingJob) });

/** In the status answer, null while none runs: figures are flagged while it is there. */
export const repricingFlag = repricingJob.pick({ id: true, state: true, done: true, total: true });

/** One correction of one call, in a request's detail (`corrections`, newest first). */
export const correction = z.object({
  jobId: z.string(),
  attempt: count,
  at: instant,
  who: z.string(),
  why: z.string(),
  oldCost: dollars.nullable(),
  newCost: dollars.nullable(),
  oldStatus: z.string(),
  newStatus: z.string(),
  oldPriceVersion: z.string(),
  newPriceVersion: z.string(),
});
export type Correction = z.infer<typeof correction>;

export const invoiceFormat = z.enum(['openai-csv', 'openai-json', 'anthropic-csv', 'anthropic-json', 'generic-csv']);
export type InvoiceFormat = z.infer<typeof invoiceFormat>;

/**
 * POST /api/reconciliation: a provider's cost export as text (the server takes 20 MB). What cannot be read is 400
 * `request_invalid` with line and column.
 */
export const reconciliationRequest = z.object({
  /** Found out from the text where it is missing. */
  format: invoiceFormat.optional(),
  /** Whose invoice it is, where the format does not say (generic); '' compares with all providers. */
  provider: z.string().max(64).default(''),
  kind: z.enum(['app', 'demo']).default('app'),
  text: z.string().min(1),
});
export type ReconciliationRequest = z.infer<typeof reconciliationRequest>;

export const reconciliationReason = z.enum([
  'equal', // to the nano-dollar
  'rounding', // within what the export rounds away
  'bypassed', // billed, and nothing like it went through the proxy
  'partly_bypassed', // billed more than what went through the proxy, all of which is priced
  'unpriced', // calls of ours without a price
  'uncertain', // estimated or partial calls of ours
  'corrected', // our figures were repriced after the call
  'price_differs', // the provider's unit price is not ours
  'not_on_invoice', // ours only
  'late', // the day was still filling when the export was made, or lies at its edge
]);
export type ReconciliationReason = z.infer<typeof reconciliationReason>;

export const reconciliationAnswer = z.object({
  format: invoiceFormat,
  provider: z.string(),
  from: day,
  /** The last day, contained. */
  to: day,
  invoice: dollars,
  ours: dollars,
  /** invoice - ours */
  difference: dollars,
  rows: z.array(
    z.object({
      day,
      /** As the report writes it, or as we do where it has no such line. */
      model: z.string(),
      /** The names under which its calls are recorded. */
      ourModels: z.array(z.string()),
      invoice: dollars,
      ours: dollars,
      difference: dollars,
      requests: count,
      unpricedRequests: count,
      estimatedRequests: count,
      correctedRequests: count,
      reason: reconciliationReason,
      /** A sentence for people. */
      message: z.string(),
    }),
  ),
  /** Lines of the export that are no cost of a model (credits, taxes, seats): kept apart. */
  other: z.array(z.object({ day, name: z.string(), amount: dollars })),
  warnings: z.array(z.string()),
});
export type ReconciliationAnswer = z.infer<typeof reconciliationAnswer>;
