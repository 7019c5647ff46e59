import type { ReactNode } from 'react';
import type { RequestLine } from '../../../domain/api.ts';
import type { Filter } from '../../../domain/view.ts';
import { compact, duration, integer } from '../format/number.ts';
import { dateTime, fullDateTime } from '../format/time.ts';
import { StateDot, type Tone } from '../parts/state-dot.tsx';
import { fieldTitle } from '../state/vocabulary.ts';
import { CostText, ValueText } from './cells.tsx';
import type { TableColumn } from './column.ts';
import { OpenLink } from './open-link.tsx';

type Column = TableColumn<RequestLine>;

export function toneOf(line: Pick<RequestLine, 'status' | 'errorKind'>): Tone {
  if (line.errorKind === 'client_disconnect') return 'warn';
  if (line.errorKind !== '' || line.status === 0 || line.status >= 400) return 'bad';
  return 'good';
}

/** `200`, or what went wrong where the status does not tell it. */
export function statusText(line: Pick<RequestLine, 'status' | 'errorKind'>): string {
  const kind = line.errorKind.replaceAll('_', ' ');
  if (line.status === 0) return kind === '' ? 'no status' : kind;
  return kind === '' || kind === 'status' ? String(line.status) : `${line.status} ${kind}`;
}

/** `short` leaves what went wrong to the dot and the tooltip where there is a status to show. */
export function StatusText({ line, short = false }: { line: RequestLine; short?: boolean }) {
  return (
    <span className="flex min-w-0 items-center gap-1.5" title={statusText(line)}>
      <StateDot tone={toneOf(line)} className="size-1.5" />
      <span className="truncate">{short && line.status !== 0 ? line.status : statusText(line)}</span>
    </span>
  );
}

const time = (timeZone: string): Column => ({
  id: 'created_at',
  title: 'Time',
  width: 136,
  align: 'left',
  sort: 'created_at',
  cell: (line) => {
    const at = Date.parse(line.createdAt);
    return (
      <OpenLink line={line} title={fullDateTime(at, timeZone)}>
        {dateTime(at, timeZone)}
      </OpenLink>
    );
  },
});

function valueColumn(field: string, width: number, read: (line: RequestLine) => string, optional = false): Column {
  const cell = (line: RequestLine) => <ValueText field={field} value={read(line)} />;
  return { id: field, title: fieldTitle(field), width, align: 'left', filter: field, cell, optional };
}

interface FigureColumn {
  readonly id: string;
  readonly title?: string;
  readonly width: number;
  readonly sort?: string;
  readonly cell: (line: RequestLine) => ReactNode;
  readonly optional?: boolean;
}

function figure({ id, title, ...rest }: FigureColumn): Column {
  return { id, title: title ?? fieldTitle(id), align: 'right', filter: id, ...rest };
}

function tokens(value: number | null): ReactNode {
  return value === null ? (
    <span className="text-muted" title="Not known">
      —
    </span>
  ) : (
    <span title={integer(value)}>{value < 10_000 ? integer(value) : compact(value)}</span>
  );
}

/** All columns that the table can show, those of properties last, without what the page holds to one value. */
export function requestColumns(timeZone: string, properties: readonly string[], scope: readonly Filter[]): Column[] {
  const same = new Set<string>(scope.map((filter) => filter.field));
  return allColumns(timeZone, properties).filter((column) => column.filter === undefined || !same.has(column.filter));
}

function allColumns(timeZone: string, properties: readonly string[]): Column[] {
  return [
    time(timeZone),
    {
      id: 'status',
      title: 'Status',
      width: 78,
      align: 'left',
      filter: 'status',
      cell: (line) => <StatusText line={line} short />,
    },
    valueColumn('model', 172, (line) => line.model),
    valueColumn('response_model', 190, (line) => line.responseModel, true),
    valueColumn('provider', 120, (line) => line.provider, true),
    valueColumn('user_id', 144, (line) => line.userId),
    valueColumn('feature', 130, (line) => line.feature),
    valueColumn('prompt_id', 130, (line) => line.promptId),
    valueColumn('prompt_version', 110, (line) => line.promptVersion, true),
    valueColumn('session_id', 160, (line) => line.sessionId, true),
    figure({
      id: 'input_tokens',
      title: 'Input',
      width: 70,
      sort: 'input_tokens',
      cell: (line) => tokens(line.inputTokens),
    }),
    figure({
      id: 'cache_read_tokens',
      title: 'Cache read',
      width: 96,
      cell: (line) => tokens(line.cacheReadTokens),
      optional: true,
    }),
    figure({
      id: 'output_tokens',
      title: 'Output',
      width: 74,
      sort: 'output_tokens',
      cell: (line) => tokens(line.outputTokens),
    }),
    figure({
      id: 'reasoning_tokens',
      title: 'Reasoning',
      width: 96,
      cell: (line) => tokens(line.reasoningTokens),
      optional: true,
    }),
    figure({
      id: 'cost_usd',
      width: 112,
      sort: 'cost_usd',
      cell: (line) => <CostText cost={line.cost} costStatus={line.costStatus} />,
    }),
    figure({ id: 'latency_ms', width: 78, sort: 'latency_ms', cell: (line) => duration(line.latencyMs) }),
    figure({ id: 'ttft_ms', width: 78, sort: 'ttft_ms', cell: (line) => duration(line.ttftMs) }),
    valueColumn('cost_status', 110, (line) => line.costStatus, true),
    valueColumn('error_kind', 140, (line) => line.errorKind, true),
    valueColumn('streamed', 110, (line) => String(line.streamed), true),
    valueColumn('path', 200, (line) => line.path, true),
    valueColumn('key_id', 130, (line) => line.keyId, true),
    valueColumn('user_agent', 200, (line) => line.userAgent, true),
    // The property `feature` fills the column of that name.
    ...properties
      .filter((name) => name !== 'feature')
      .map((name) => valueColumn(`property.${name}`, 140, (line) => line.properties[name] ?? '', true)),
  ];
}

/** What matters of a request, in the two columns that a narrow screen has. */
export function narrowRequestColumns(timeZone: string): Column[] {
  return [
    {
      id: 'summary',
      title: 'Request',
      width: 180,
      align: 'left',
      narrow: true,
      cell: (line) => (
        <span className="flex min-w-0 flex-col">
          <span className="flex min-w-0 items-center gap-1.5">
            <StateDot tone={toneOf(line)} className="size-1.5" />
            <OpenLink line={line}>{line.model || 'no model'}</OpenLink>
          </span>
          <span className="truncate text-micro text-muted normal-nums">
            {[dateTime(Date.parse(line.createdAt), timeZone), line.feature, line.userId].filter(Boolean).join(' · ')}
          </span>
        </span>
      ),
    },
    {
      id: 'cost_usd',
      title: 'Cost',
      width: 110,
      align: 'right',
      narrow: true,
      sort: 'cost_usd',
      cell: (line) => <CostText cost={line.cost} costStatus={line.costStatus} />,
    },
  ];
}
