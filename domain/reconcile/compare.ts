import { type NanoUsd, nanoUsd, toDecimal } from '../money.ts';
import type { ReconciliationAnswer, ReconciliationReason } from '../money-api.ts';
import type { Invoice, InvoiceLine } from './invoice.ts';
import { createNameFinder } from './model-names.ts';
import type { Pair } from './pair.ts';
import { reasonOf } from './reason.ts';

/** What stands in the warehouse of one UTC day and model. */
export interface OwnDay {
  readonly day: string;
  readonly model: string;
  readonly cost: NanoUsd;
  readonly requests: number;
  readonly unpriced: number;
  readonly estimated: number;
  readonly corrected: number;
}

const ALL = 'all models';

/** The first and the last day of an invoice. */
export function daysOf({ lines }: Invoice): { from: string; to: string } {
  const days = lines.map(({ day }) => day).sort();
  return { from: days.at(0) ?? '', to: days.at(-1) ?? '' };
}

/** Holds an invoice against our own figures of its days, by UTC day and model. */
export function compareInvoice(invoice: Invoice, provider: string, own: readonly OwnDay[]): ReconciliationAnswer {
  const models = invoice.lines.filter(({ other }) => other === '');
  const others = invoice.lines.filter(({ other }) => other !== '');
  const pairs = pairUp(models, own);
  const span = daysOf(invoice);
  const rows = pairs.map((pair) => {
    const { reason, message } = reasonOf(pair, pairs, span);
    return { ...figuresOf(pair), reason, message };
  });
  const total = (pick: (pair: Pair) => bigint) => pairs.reduce((sum, pair) => sum + pick(pair), 0n);
  const billed = total(({ invoice: amount }) => amount);
  const ours = total((pair) => pair.ours);
  return {
    format: invoice.format,
    provider,
    ...span,
    invoice: dollars(billed),
    ours: dollars(ours),
    difference: dollars(billed - ours),
    rows,
    other: addUp(others),
    warnings: warningsOf(models, others, rows),
  };
}

function pairUp(models: readonly InvoiceLine[], own: readonly OwnDay[]): Pair[] {
  const together = models.length > 0 && models.every(({ model }) => model === '');
  const find = createNameFinder(new Set(models.map(({ model }) => model)));
  const pairs = new Map<string, Pair>();
  const pairOf = (day: string, model: string): Pair => {
    const key = `${day}\n${model}`;
    const found = pairs.get(key) ?? emptyPair(day, model);
    pairs.set(key, found);
    return found;
  };
  for (const { day, model, amount, rounding } of models) {
    const pair = pairOf(day, together ? ALL : model);
    pair.invoice += amount;
    pair.rounding += rounding;
    pair.invoiced = true;
  }
  for (const { day, model, cost, requests, unpriced, estimated, corrected } of own) {
    const pair = pairOf(day, together ? ALL : find(model));
    pair.ourModels.add(model);
    pair.ours += cost;
    pair.requests += requests;
    pair.unpriced += unpriced;
    pair.estimated += estimated;
    pair.corrected += corrected;
  }
  return [...pairs.values()]
    .filter(({ invoice, requests }) => invoice !== 0n || requests > 0)
    .sort((one, two) => one.day.localeCompare(two.day) || one.model.localeCompare(two.model));
}

const emptyPair = (day: string, model: string): Pair => ({
  day,
  model,
  ourModels: new Set(),
  invoice: 0n,
  rounding: 0n,
  invoiced: false,
  ours: 0n,
  requests: 0,
  unpriced: 0,
  estimated: 0,
  corrected: 0,
});

function figuresOf(pair: Pair) {
  return {
    day: pair.day,
    model: pair.model,
    ourModels: [...pair.ourModels],
    invoice: dollars(pair.invoice),
    ours: dollars(pair.ours),
    difference: dollars(pair.invoice - pair.ours),
    requests: pair.requests,
    unpricedRequests: pair.unpriced,
    estimatedRequests: pair.estimated,
    correctedRequests: pair.corrected,
  };
}

function addUp(lines: readonly InvoiceLine[]): ReconciliationAnswer['other'] {
  const sums = Map.groupBy(lines, ({ day, other }) => `${day}\n${other}`);
  return [...sums].map(([key, group]) => {
    const [day = '', name = ''] = key.split('\n');
    return { day, name, amount: dollars(group.reduce((sum, { amount }) => sum + amount, 0n)) };
  });
}

function warningsOf(
  models: readonly InvoiceLine[],
  others: readonly InvoiceLine[],
  rows: readonly { reason: ReconciliationReason }[],
): string[] {
  const unnamed = models.some(({ model }) => model === '') && models.some(({ model }) => model !== '');
  const unpriced = rows.filter(({ reason }) => reason === 'unpriced').length;
  return [
    ...(models.length > 0 && models.every(({ model }) => model === '')
      ? ['the report does not tell models apart: days are compared as a whole']
      : []),
    ...(unnamed ? ['some amounts of the report name no model: they stand under an empty name'] : []),
    ...(others.length > 0 ? ['what the report bills beside models (searches, storage, …) is listed apart'] : []),
    ...(unpriced > 0 ? ['some of our calls have no price: give their models one, price again and compare again'] : []),
  ];
}

const dollars = (amount: bigint) => toDecimal(nanoUsd(amount));
