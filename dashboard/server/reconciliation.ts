import { Router } from 'express';
import type { Warehouse } from '../../clickhouse/client.ts';
import { askOwnDays } from '../../clickhouse/query/own-days.ts';
import { SpendlensError } from '../../domain/error.ts';
import { reconciliationRequest } from '../../domain/money-api.ts';
import { compareInvoice, daysOf } from '../../domain/reconcile/compare.ts';
import { readInvoice } from '../../domain/reconcile/read-invoice.ts';
import { parseRequest } from './refusal.ts';

/** Of the request, whose text is JSON: quotes and line ends in it take two bytes each. */
export const RECONCILIATION_LIMIT = '24mb';
const TEXT_LIMIT = 20 * 1024 * 1024;
const MAX_DAYS = 400;

/** POST /api/reconciliation: a provider's cost report against our own figures. Nothing of it is kept. */
export function createReconciliation(warehouse: Warehouse): Router {
  const router = Router();
  router.post('/', async (request, response) => {
    const { format, provider, kind, text } = parseRequest(reconciliationRequest, request.body);
    if (text.length > TEXT_LIMIT) throw new SpendlensError('request_invalid', 'the report is longer than 20 MB');
    const invoice = readInvoice(text, format);
    const { from, to } = daysOf(invoice);
    if ((Date.parse(to) - Date.parse(from)) / 86_400_000 > MAX_DAYS) {
      throw new SpendlensError('request_invalid', `the report spans more than ${MAX_DAYS} days: ${from} to ${to}`);
    }
    const whose = invoice.provider || provider;
    const own = await askOwnDays({ warehouse, now: Date.now() }, { kind, provider: whose, from, to });
    response.json(compareInvoice(invoice, whose, own));
  });
  return router;
}
