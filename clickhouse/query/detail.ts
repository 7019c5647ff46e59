import { z } from 'zod';
import type { RequestDetail } from '../../domain/api.ts';
import { SpendlensError } from '../../domain/error.ts';
import { type Receipt, receipt } from '../../domain/prices/receipt.ts';
import { readRoutingTrace } from '../../domain/routing/trace.ts';
import { createScores, type Identity } from '../scores.ts';
import { type Asking, optionsOf } from './asking.ts';
import { conversationOf } from './conversation.ts';
import { askCorrections } from './corrections.ts';
import { render, type Sql, sql, text, uuid, whole } from './fragment.ts';
import { lineColumns, lineOf, lineRow } from './line.ts';
import { nothing, select } from './select.ts';

const tokenNames = [
  'input_tokens',
  'cache_read_tokens',
  'cache_write_5m_tokens',
  'cache_write_1h_tokens',
  'output_tokens',
  'reasoning_tokens',
  'audio_input_tokens',
  'audio_output_tokens',
  'image_tokens',
  'tool_calls',
] as const;

const tokens = z.number().nullable();

const requestRow = lineRow.extend({
  kind: z.string(),
  lane: z.string(),
  method: z.string(),
  session_name: z.string(),
  session_path: z.string(),
  trace_id: z.string(),
  routing: z.string(),
  overhead_ms: z.number(),
  request_bytes: z.coerce.number(),
  response_bytes: z.coerce.number(),
  cache_write_5m_tokens: tokens,
  cache_write_1h_tokens: tokens,
  audio_input_tokens: tokens,
  audio_output_tokens: tokens,
  image_tokens: tokens,
  tool_calls: tokens,
  same_id: z.coerce.number(),
});

const requestColumns = {
  ...lineColumns,
  kind: sql`kind`,
  lane: sql`lane`,
  method: sql`method`,
  session_name: sql`session_name`,
  session_path: sql`session_path`,
  trace_id: sql`trace_id`,
  routing: sql`routing`,
  overhead_ms: sql`overhead_ms`,
  request_bytes: sql`request_bytes`,
  response_bytes: sql`response_bytes`,
  cache_write_5m_tokens: sql`cache_write_5m_tokens`,
  cache_write_1h_tokens: sql`cache_write_1h_tokens`,
  audio_input_tokens: sql`audio_input_tokens`,
  audio_output_tokens: sql`audio_output_tokens`,
  image_tokens: sql`image_tokens`,
  tool_calls: sql`tool_calls`,
  same_id: sql`count() OVER ()`,
};

const attemptRow = z.object({
  attempt: z.number(),
  provider: z.string(),
  model: z.string(),
  response_model: z.string(),
  status: z.number(),
  error_kind: z.string(),
  latency_ms: z.number(),
  ttft_ms: z.number().nullable(),
  cost_usd: z.string().nullable(),
  cost_status: z.string(),
  cost_breakdown: z.string(),
  price_version: z.string(),
  usage_raw: z.string(),
  flags: z.array(z.string()),
});
type AttemptRow = z.infer<typeof attemptRow>;

const bodyRow = z.object({
  attempt: z.number(),
  request_headers: z.string(),
  request: z.string(),
  response_headers: z.string(),
  response: z.string(),
  flags: z.array(z.string()),
});
type BodyRow = z.infer<typeof bodyRow>;

/**
 * Everything that is known of one request.
 * @throws SpendlensError not_found
 */
export async function askDetail(asking: Asking, requestId: string, identity: Identity | null): Promise<RequestDetail> {
  const [row] = await asking.warehouse.rows(requestRow, render(requestQuery(requestId, identity)), optionsOf(asking));
  if (row === undefined) {
    throw new SpendlensError(
      'not_found',
      `no request has the id ${requestId}; a new one takes a second or two to arrive`,
    );
  }
  const exchange = sql`outbox_id = ${text(row.outbox_id)} AND seq = ${whole(row.seq)}`;
  const [attempts, bodies, corrections, scores] = await Promise.all([
    asking.warehouse.rows(attemptRow, render(attemptsQuery(requestId, exchange)), optionsOf(asking)),
    asking.warehouse.rows(bodyRow, render(bodiesQuery(exchange)), optionsOf(asking)),
    askCorrections(asking, requestId, exchange),
    createScores(asking.warehouse).standing(row.outbox_id, row.seq),
  ]);
  const body = new Map(bodies.map((each) => [each.attempt, each]));
  return {
    line: lineOf(row),
    kind: row.kind,
    lane: row.lane,
    method: row.method,
    sessionName: row.session_name,
    sessionPath: row.session_path,
    traceId: row.trace_id,
    overheadMs: row.overhead_ms,
    requestBytes: row.request_bytes,
    responseBytes: row.response_bytes,
    tokens: Object.fromEntries(tokenNames.map((name) => [name, row[name]])),
    attempts: attempts.map((each) => attemptOf(each, body.get(each.attempt))),
    conversation: conversationOf(row, bodies),
    routing: readRoutingTrace(row.routing),
    corrections,
    scores,
    sameId: row.same_id,
  };
}

function requestQuery(requestId: string, identity: Identity | null): Sql {
  const wanted = identity === null ? null : sql`outbox_id = ${text(identity.outbox)} AND seq = ${whole(identity.seq)}`;
  return select({
    ...nothing,
    columns: requestColumns,
    where: [sql`request_id = ${uuid(requestId)}`],
    orderBy: [...(wanted === null ? [] : [sql`(${wanted}) DESC`]), sql`created_at DESC`, sql`outbox_id`, sql`seq DESC`],
    limit: 1,
  });
}

function attemptsQuery(requestId: string, exchange: Sql): Sql {
  const columns = Object.fromEntries(Object.keys(attemptRow.shape).map((name) => [name, attemptColumns(name)]));
  return select({
    ...nothing,
    columns,
    from: sql`spendlens.attempts`,
    // The id first: it is what the index knows.
    where: [sql`request_id = ${uuid(requestId)}`, exchange],
    orderBy: [sql`attempt`],
  });
}

function bodiesQuery(exchange: Sql): Sql {
  // One per identity: of a slice that was refused and halved, bodies may stand twice.
  const columns = Object.fromEntries(Object.keys(bodyRow.shape).map((name) => [name, attemptColumns(name)]));
  const query = select({
    ...nothing,
    columns,
    from: sql`spendlens.bodies`,
    where: [exchange],
    orderBy: [sql`attempt`],
  });
  return sql`${query}\nLIMIT 1 BY attempt`;
}

/** The names are those of the schemas above. */
const attemptColumns = (name: string): Sql => ({ pieces: [name] });

function attemptOf(row: AttemptRow, body: BodyRow | undefined): RequestDetail['attempts'][number] {
  return {
    attempt: row.attempt,
    provider: row.provider,
    model: row.model,
    responseModel: row.response_model,
    status: row.status,
    errorKind: row.error_kind,
    latencyMs: row.latency_ms,
    ttftMs: row.ttft_ms,
    cost: row.cost_usd,
    costStatus: row.cost_status,
    receipt: receiptOf(row.cost_breakdown),
    priceVersion: row.price_version,
    usageRaw: row.usage_raw,
    requestHeaders: body?.request_headers ?? '',
    requestBody: body?.request ?? '',
    responseHeaders: body?.response_headers ?? '',
    responseBody: body?.response ?? '',
    flags: [...new Set([...row.flags, ...(body?.flags ?? [])])],
  };
}

function receiptOf(json: string): Receipt {
  const without = (reason: string) =>
    receipt.parse({ lines: [], priceModel: '', source: '', priceFrom: '', tier: '', reason });
  if (json === '') return without('no receipt was kept');
  try {
    return receipt.parse(JSON.parse(json));
  } catch {
    return without('the receipt that was kept cannot be read');
  }
}
