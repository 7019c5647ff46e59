import type { InvoiceFormat, ReconciliationReason } from '../../../domain/money-api.ts';
import type { Tone } from '../parts/state-dot.tsx';

interface ReasonWords {
  readonly title: string;
  readonly tone: Tone;
}

export const reasonWords: Readonly<Record<ReconciliationReason, ReasonWords>> = {
  equal: { title: 'Equal', tone: 'good' },
  rounding: { title: 'Rounding', tone: 'good' },
  bypassed: { title: 'Bypassed the proxy', tone: 'bad' },
  partly_bypassed: { title: 'Partly bypassed', tone: 'bad' },
  unpriced: { title: 'Unpriced calls', tone: 'warn' },
  uncertain: { title: 'Estimated calls', tone: 'warn' },
  corrected: { title: 'Priced again since', tone: 'warn' },
  price_differs: { title: 'Another price', tone: 'warn' },
  not_on_invoice: { title: 'Not on the invoice', tone: 'warn' },
  late: { title: 'Late or at the edge', tone: 'muted' },
};

/** True where the two sides agree, but for what the export rounds away. */
export const agrees = (reason: ReconciliationReason): boolean => reason === 'equal' || reason === 'rounding';

export const formatTitles: Readonly<Record<InvoiceFormat, string>> = {
  'openai-csv': 'OpenAI, CSV',
  'openai-json': 'OpenAI, JSON',
  'anthropic-csv': 'Anthropic, CSV',
  'anthropic-json': 'Anthropic, JSON',
  'generic-csv': 'Any provider, CSV',
};
