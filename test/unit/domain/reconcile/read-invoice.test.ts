import { describe, expect, it } from 'vitest';
import type { InvoiceFormat } from '../../../../domain/money-api.ts';
import { readInvoice } from '../../../../domain/reconcile/read-invoice.ts';

interface Case {
  readonly name: string;
  readonly text: string;
  readonly format: InvoiceFormat;
  readonly provider: string;
  /** Day, model, other, nano-dollars. */
  readonly lines: readonly (readonly [string, string, string, bigint])[];
}

const openAiHeader =
  'start_time,end_time,start_time_iso,end_time_iso,amount_value,amount_currency,line_item,project_id';
const page = (data: unknown) => JSON.stringify({ object: 'page', data, has_more: false, next_page: null });

const cases: readonly Case[] = [
  {
    name: 'OpenAI CSV, days without a cost left out, 16 digits rounded to the nano',
    text: `\uFEFF${openAiHeader}\r
1759622400,1759708800,2025-10-05T00:00:00+00:00,2025-10-06T00:00:00+00:00,0.8958740000000000,usd,"gpt-5-mini-2025-08-07, input",p\r
1759622400,1759708800,2025-10-05T00:00:00+00:00,2025-10-06T00:00:00+00:00,0.0000000015,usd,"gpt-5-mini-2025-08-07, output",p\r
1759622400,1759708800,2025-10-05T00:00:00+00:00,2025-10-06T00:00:00+00:00,0.03,usd,web search tool calls,p\r
1759708800,1759795200,2025-10-06T00:00:00+00:00,2025-10-07T00:00:00+00:00,,,,\r
`,
    format: 'openai-csv',
    provider: 'openai',
    lines: [
      ['2025-10-05', 'gpt-5-mini-2025-08-07', '', 895_874_000n],
      ['2025-10-05', 'gpt-5-mini-2025-08-07', '', 2n], // 1.5 n$, half to even
      ['2025-10-05', '', 'web search tool calls', 30_000_000n],
    ],
  },
  {
    name: 'OpenAI JSON, as numbers, with exponents, and as text',
    text: page([
      {
        object: 'bucket',
        start_time: 1730419200,
        end_time: 1730505600,
        results: [
          { amount: { value: 0.06, currency: 'usd' }, line_item: 'gpt-4o-2024-08-06, input', project_id: null },
          { amount: { value: 2.5e-7, currency: 'usd' }, line_item: 'ft:gpt-4o-mini:acme::x, output' },
          { amount: { value: '1.5', currency: 'usd' }, line_item: null },
        ],
      },
    ]),
    format: 'openai-json',
    provider: 'openai',
    lines: [
      ['2024-11-01', 'gpt-4o-2024-08-06', '', 60_000_000n],
      ['2024-11-01', 'ft:gpt-4o-mini:acme::x', '', 250n],
      ['2024-11-01', '', '', 1_500_000_000n],
    ],
  },
  {
    name: 'Anthropic CSV',
    text: `usage_date_utc,model,workspace,api_key,usage_type,context_window,token_type,cost_usd,list_price_usd,cost_type
2026-08-04,Claude Haiku 4.5,Default,key,message,≤ 200k,input_no_cache,0.05,0.05,token
2026-08-04,,Default,key,,,,0.02,0.02,web_search
`,
    format: 'anthropic-csv',
    provider: 'anthropic',
    lines: [
      ['2026-08-04', 'Claude Haiku 4.5', '', 50_000_000n],
      ['2026-08-04', '', 'web_search', 20_000_000n],
    ],
  },
  {
    name: 'Anthropic JSON, in cents, of several pages',
    text: `[${page([
      {
        starting_at: '2025-08-01T00:00:00Z',
        ending_at: '2025-08-02T00:00:00Z',
        results: [
          // 123.45 cents = $1.2345
          {
            currency: 'USD',
            amount: '123.45',
            description: 'Input',
            cost_type: 'tokens',
            model: 'claude-opus-4-1-20250805',
          },
        ],
      },
    ])},${page([
      {
        starting_at: '2025-08-02T00:00:00Z',
        results: [
          { currency: 'USD', amount: '0.5', description: 'Web Search Usage', cost_type: 'web_search', model: null },
        ],
      },
    ])}]`,
    format: 'anthropic-json',
    provider: 'anthropic',
    lines: [
      ['2025-08-01', 'claude-opus-4-1-20250805', '', 1_234_500_000n],
      ['2025-08-02', '', 'Web Search Usage', 5_000_000n],
    ],
  },
  {
    name: 'the generic CSV, with semicolons, quotes and a credit',
    text: 'Date;Model;Amount_USD\n2026-11-02;"a ""quoted"" model";"1,234.5"\n2026-11-02T23:59:59Z;m;-0.000000001\n',
    format: 'generic-csv',
    provider: '',
    lines: [
      ['2026-11-02', 'a "quoted" model', '', 1_234_500_000_000n],
      ['2026-11-02', 'm', '', -1n],
    ],
  },
];

describe('a cost report', () => {
  it.each(cases)('$name', ({ text, format, provider, lines }) => {
    const invoice = readInvoice(text);
    expect(invoice).toMatchObject({ format, provider });
    expect(invoice.lines.map(({ day, model, other, amount }) => [day, model, other, amount])).toEqual(lines);
    expect(readInvoice(text, format)).toEqual(invoice);
  });

  it.each([
    {
      name: 'an amount',
      text: 'date,model,amount_usd\n2026-11-02,m,1\n2026-11-02,m,one\n',
      place: /line 3, column amount_usd/,
    },
    {
      name: 'an empty amount sign',
      text: 'date,model,amount_usd\n2026-11-02,m,-\n',
      place: /line 2, column amount_usd/,
    },
    {
      name: 'a date',
      text: 'date,model,amount_usd\n02.11.2026,m,1\n',
      place: /line 2, column date: not a date: "02.11.2026"/,
    },
    {
      name: 'a quote',
      text: 'date,model,amount_usd\n2026-11-02,"m,1\n',
      place: /line 2, column 2: a quote is never closed/,
    },
    {
      name: 'text after a quote',
      text: 'date,model,amount_usd\n2026-11-02,"m"x,1\n',
      place: /line 2, column 2: text after/,
    },
    {
      name: 'too many cells',
      text: 'date,model,amount_usd\n2026-11-02,m,1,2\n',
      place: /line 2, column 4: more cells/,
    },
    {
      name: 'a line behind one of two lines',
      text: 'date,model,amount_usd\n2026-11-02,"m\nn",1\n2026-11-02,m,x\n',
      place: /line 4/,
    },
    { name: 'unknown columns', text: 'when,what\n1,2\n', place: /line 1, column 1: no cost report that is known/ },
    { name: 'JSON', text: '{"data": [\n  {,}]}', place: /line 2, column 4: not valid JSON/ },
    {
      name: 'the shape of JSON',
      text: '{"data":[{"start_time":1,"results":[{"amount":3}]}]}',
      place: /data\.0\.results\.0\.amount/,
    },
    {
      name: 'another currency',
      text: `${openAiHeader}\n1759622400,,,,1,eur,"gpt-5, input",`,
      place: /line 2, column amount_currency/,
    },
    { name: 'nothing', text: 'date,model,amount_usd\n', place: /no amounts/ },
  ])('that cannot be read names its place: $name', ({ text, place }) => {
    expect(() => readInvoice(text)).toThrow(
      expect.objectContaining({ code: 'request_invalid', message: expect.stringMatching(place) }),
    );
  });

  it('of a million cells or one endless cell is refused before it is taken in', () => {
    expect(() => readInvoice(`date,model,amount_usd\n${'2026-11-02,m,1\n'.repeat(200_001)}`)).toThrow(
      /more than 200000 lines/,
    );
    expect(() => readInvoice(`date,model,amount_usd\n2026-11-02,"${'m'.repeat(20_000)}",1`)).toThrow(/too long/);
  });
});
