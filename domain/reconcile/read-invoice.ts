import { SpendlensError } from '../error.ts';
import type { InvoiceFormat } from '../money-api.ts';
import { parseCsv } from './csv.ts';
import type { Invoice } from './invoice.ts';
import { readCsv } from './read-csv.ts';
import { readJson } from './read-json.ts';

/**
 * A provider's cost report, of whatever format that is known.
 * @throws SpendlensError request_invalid that says where it cannot be read
 */
export function readInvoice(text: string, wanted?: InvoiceFormat): Invoice {
  const json = wanted === undefined ? /^\s*[[{]/.test(text.slice(0, 1000)) : wanted.endsWith('-json');
  const invoice = json ? readJson(text, wanted) : readCsv(parseCsv(text), wanted);
  if (invoice.lines.length > 0) return invoice;
  throw new SpendlensError('request_invalid', 'the report has no amounts in it');
}
