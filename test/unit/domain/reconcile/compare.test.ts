import { describe, expect, it } from 'vitest';
import { fromDecimal } from '../../../../domain/money.ts';
import { compareInvoice, type OwnDay } from '../../../../domain/reconcile/compare.ts';
import { readInvoice } from '../../../../domain/reconcile/read-invoice.ts';

const own = (day: string, model: string, dollars: string, over: Partial<OwnDay> = {}): OwnDay => ({
  day,
  model,
  cost: fromDecimal(dollars),
  requests: 10,
  unpriced: 0,
  estimated: 0,
  corrected: 0,
  ...over,
});
const invoice = (...lines: string[]) => readInvoice(`date,model,amount_usd\n${lines.join('\n')}\n`);

const cases = [
  { name: 'equal', lines: ['2026-11-01,m,1.5'], own: [own('2026-11-01', 'm', '1.5')], reason: 'equal' },
  // Two lines of two places: half a cent each.
  {
    name: 'rounded',
    lines: ['2026-11-01,m,1.50', '2026-11-01,m,1.00'],
    own: [own('2026-11-01', 'm', '2.509')],
    reason: 'rounding',
  },
  { name: 'never through the proxy', lines: ['2026-11-01,m,1'], own: [], reason: 'bypassed' },
  {
    name: 'some not through the proxy',
    lines: ['2026-11-01,m,3'],
    own: [own('2026-11-01', 'm', '1')],
    reason: 'partly_bypassed',
  },
  {
    name: 'unpriced',
    lines: ['2026-11-01,m,3'],
    own: [own('2026-11-01', 'm', '1', { unpriced: 4 })],
    reason: 'unpriced',
  },
  {
    name: 'estimated',
    lines: ['2026-11-01,m,3'],
    own: [own('2026-11-01', 'm', '2', { estimated: 1 })],
    reason: 'uncertain',
  },
  {
    name: 'corrected',
    lines: ['2026-11-01,m,3'],
    own: [own('2026-11-01', 'm', '2', { corrected: 9 })],
    reason: 'corrected',
  },
  {
    name: 'a discount on every day',
    lines: ['2026-11-01,m,0.9', '2026-11-02,m,1.8'],
    own: [own('2026-11-01', 'm', '1'), own('2026-11-02', 'm', '2')],
    reason: 'price_differs',
  },
  {
    name: 'booked on the day after',
    lines: ['2026-11-01,m,0.7', '2026-11-02,m,1.3'],
    own: [own('2026-11-01', 'm', '1'), own('2026-11-02', 'm', '1')],
    reason: 'late',
  },
  {
    name: 'the last day, not booked completely',
    lines: ['2026-11-01,m,1', '2026-11-02,m,0.2'],
    own: [own('2026-11-01', 'm', '1'), own('2026-11-02', 'm', '1')],
    reason: 'late',
  },
  {
    name: 'not on the invoice',
    lines: ['2026-11-01,m,1', '2026-11-03,m,1'],
    own: [own('2026-11-01', 'm', '1'), own('2026-11-02', 'other', '1'), own('2026-11-03', 'm', '1')],
    reason: 'not_on_invoice',
  },
];

describe('a day and model of an invoice', () => {
  it.each(cases)('$name', ({ lines, own: days, reason }) => {
    const { rows } = compareInvoice(invoice(...lines), 'p', days);
    expect(rows.map((row) => row.reason).filter((each) => each !== 'equal' || reason === 'equal')).toContain(reason);
    expect(rows.every(({ message }) => message !== '')).toBe(true);
  });

  it('a planted difference is the only one found, to the nano', () => {
    const days = ['2026-11-01', '2026-11-02', '2026-11-03'];
    const lines = days.map((day) => `${day},m,${day.endsWith('02') ? '1.000000001' : '1'}`);
    const answer = compareInvoice(
      invoice(...lines),
      'p',
      days.map((day) => own(day, 'm', '1')),
    );
    expect(answer).toMatchObject({ invoice: '3.000000001', ours: '3.000000000', difference: '0.000000001' });
    expect(answer.rows.filter(({ difference }) => difference !== '0.000000000')).toMatchObject([{ day: '2026-11-02' }]);
  });

  it.each([
    { invoiced: 'Claude Haiku 4.5', ours: 'claude-haiku-4-5-20251001' },
    { invoiced: 'Claude Sonnet 3.7', ours: 'claude-3-7-sonnet-20250219' },
    { invoiced: 'claude-opus-4-1-20250805', ours: 'claude-opus-4-1-20250805' },
    { invoiced: 'GPT-4o', ours: 'gpt-4o-2024-08-06' },
  ])('$invoiced is $ours', ({ invoiced, ours }) => {
    const { rows } = compareInvoice(invoice(`2026-11-01,${invoiced},1`), 'p', [own('2026-11-01', ours, '1')]);
    expect(rows).toMatchObject([{ model: invoiced, reason: 'equal' }]);
  });

  it('snapshots that the invoice tells apart stay apart', () => {
    const { rows } = compareInvoice(invoice('2026-11-01,gpt-4o-2024-05-13,5', '2026-11-01,gpt-4o-2024-08-06,2'), 'p', [
      own('2026-11-01', 'gpt-4o-2024-08-06', '2'),
      own('2026-11-01', 'gpt-4o-2024-05-13', '5'),
    ]);
    expect(rows.map(({ reason }) => reason)).toEqual(['equal', 'equal']);
  });

  it('a report without models is compared by day', () => {
    const page = {
      data: [{ start_time: 1793491200, results: [{ amount: { value: 3, currency: 'usd' }, line_item: null }] }],
    };
    const answer = compareInvoice(readInvoice(JSON.stringify(page)), 'openai', [
      own('2026-11-01', 'a', '1'),
      own('2026-11-01', 'b', '2'),
    ]);
    expect(answer.rows).toMatchObject([{ model: 'all models', requests: 20, reason: 'equal' }]);
    expect(answer.warnings).toHaveLength(1);
  });

  it('what is no model is listed apart', () => {
    const days = [own('2026-11-01', 'gpt-5', '1')];
    const text =
      'start_time,amount_value,line_item\n1793491200,1,"gpt-5, input"\n1793491200,0.03,web search tool calls\n';
    const answer = compareInvoice(readInvoice(text), 'openai', days);
    expect(answer.other).toEqual([{ day: '2026-11-01', name: 'web search tool calls', amount: '0.030000000' }]);
    expect(answer.difference).toBe('0.000000000');
  });
});
