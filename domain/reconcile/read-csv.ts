import type { InvoiceFormat } from '../money-api.ts';
import { type CsvFile, type CsvRow, invalid } from './csv.ts';
import { type Invoice, type InvoiceLine, readAmount, readDay, requireDollars } from './invoice.ts';
import { nameOpenAiItem } from './openai-item.ts';

interface CsvFormat {
  readonly format: InvoiceFormat;
  readonly provider: string;
  readonly needs: readonly string[];
  readonly line: (row: CsvRow) => Omit<InvoiceLine, 'amount' | 'rounding'>;
  readonly amount: string;
}

const dayOf = (row: CsvRow, column: string) => readDay(row.get(column), { line: row.line, column });

/** The dashboards' exports: https://platform.openai.com/usage and https://platform.claude.com/cost */
const formats: readonly CsvFormat[] = [
  {
    format: 'openai-csv',
    provider: 'openai',
    needs: ['start_time', 'amount_value', 'line_item'],
    amount: 'amount_value',
    line(row) {
      requireDollars(row.get('amount_currency'), { line: row.line, column: 'amount_currency' });
      return { day: dayOf(row, 'start_time'), ...nameOpenAiItem(row.get('line_item')) };
    },
  },
  {
    format: 'anthropic-csv',
    provider: 'anthropic',
    needs: ['usage_date_utc', 'model', 'cost_usd'],
    amount: 'cost_usd',
    line(row) {
      const model = row.get('model');
      const other = model === '' ? row.get('cost_type') || row.get('usage_type') || 'no model named' : '';
      return { day: dayOf(row, 'usage_date_utc'), model, other };
    },
  },
  {
    format: 'generic-csv',
    provider: '',
    needs: ['date', 'model', 'amount_usd'],
    amount: 'amount_usd',
    line: (row) => ({ day: dayOf(row, 'date'), model: row.get('model'), other: '' }),
  },
];

/** @throws SpendlensError request_invalid */
export function readCsv({ columns, rows }: CsvFile, wanted: InvoiceFormat | undefined): Invoice {
  const fits = ({ needs }: CsvFormat) => needs.every((name) => columns.includes(name));
  const chosen = formats.find((each) => (wanted === undefined ? fits(each) : each.format === wanted));
  if (!chosen) {
    const known = formats.map(({ needs }) => needs.join(', ')).join('; or ');
    throw invalid(1, 1, `no cost report that is known has these columns; expected ${known}`);
  }
  const missing = chosen.needs.find((name) => !columns.includes(name));
  if (missing !== undefined) throw invalid(1, missing, `there is no column ${missing}`);
  const { format, provider, amount, line } = chosen;
  const lines = rows
    // Days without any cost have a line without an amount.
    .filter((row) => row.get(amount) !== '')
    .map((row) => ({ ...line(row), ...readAmount(row.get(amount), { line: row.line, column: amount }) }));
  return { format, provider, lines };
}
