import type { Call } from '../model/call.ts';
import { idOf, piecesOf, reasonOf, schemaOf, toolArguments, type Wire } from './wire.ts';

/** https://docs.anthropic.com/en/api/messages and …/messages-streaming */
export const messagesWire: Wire = {
  path: () => '/v1/messages',
  request,
  reply: (call) => (call.streamed ? stream(call) : JSON.stringify(message(call))),
  failure: (status, call) => ({
    type: 'error',
    error: { type: failureTypes[status] ?? 'api_error', message: reasonOf(status) },
    request_id: idOf('req_', call),
  }),
};

const failureTypes: Readonly<Record<number, string>> = { 429: 'rate_limit_error', 529: 'overloaded_error' };

function request(call: Call): object {
  const { model, streamed, system, before, question, file, tool, tokens } = call;
  const past = before.flatMap((turn) => [
    { role: 'user', content: turn.question },
    { role: 'assistant', content: turn.answer },
  ]);
  return {
    model: model.name,
    max_tokens: 4_096,
    system: [{ type: 'text', text: system, ...cacheMark(tokens) }],
    messages: [...past, { role: 'user', content: contentOf(question, file, call) }],
    ...(tool === null
      ? {}
      : { tools: [{ name: tool.name, description: tool.description, input_schema: schemaOf(tool.argument) }] }),
    ...(streamed ? { stream: true } : {}),
  };
}

function cacheMark({ cacheRead, cacheWrite5m, cacheWrite1h }: Call['tokens']): object {
  if (cacheWrite1h > 0) return { cache_control: { type: 'ephemeral', ttl: '1h' } };
  return cacheRead + cacheWrite5m > 0 ? { cache_control: { type: 'ephemeral' } } : {};
}

function contentOf(question: string, file: string, call: Call): string | object[] {
  if (file === '') return question;
  return [
    { type: 'document', source: { type: 'file', file_id: idOf('file_', call) }, title: file },
    { type: 'text', text: question },
  ];
}

const stopReason = (call: Call): string => (toolArguments(call) === null ? 'end_turn' : 'tool_use');

function message(call: Call): object {
  return {
    id: idOf('msg_', call),
    type: 'message',
    role: 'assistant',
    model: call.model.responseName,
    content: [block(call, call.answer, toolArguments(call))],
    stop_reason: stopReason(call),
    stop_sequence: null,
    usage: { ...usageOf(call), output_tokens: call.tokens.output, service_tier: 'standard' },
  };
}

function block(call: Call, text: string, input: object | null): object {
  if (input === null) return { type: 'text', text };
  return { type: 'tool_use', id: idOf('toolu_', call), name: call.tool?.name ?? '', input };
}

function usageOf({ tokens }: Call): object {
  return {
    input_tokens: tokens.input,
    cache_creation_input_tokens: tokens.cacheWrite5m + tokens.cacheWrite1h,
    cache_read_input_tokens: tokens.cacheRead,
    cache_creation: { ephemeral_5m_input_tokens: tokens.cacheWrite5m, ephemeral_1h_input_tokens: tokens.cacheWrite1h },
  };
}

function stream(call: Call): string {
  const args = toolArguments(call);
  const begun = {
    ...message(call),
    content: [],
    stop_reason: null,
    usage: { ...usageOf(call), output_tokens: 1, service_tier: 'standard' },
  };
  const deltas =
    args === null
      ? piecesOf(call.answer).map((text) => ({ type: 'text_delta', text }))
      : piecesOf(JSON.stringify(args)).map((piece) => ({ type: 'input_json_delta', partial_json: piece }));
  const events = [
    { type: 'message_start', message: begun },
    { type: 'content_block_start', index: 0, content_block: block(call, '', args === null ? null : {}) },
    { type: 'ping' },
    ...deltas.map((delta) => ({ type: 'content_block_delta', index: 0, delta })),
    { type: 'content_block_stop', index: 0 },
    {
      type: 'message_delta',
      delta: { stop_reason: stopReason(call), stop_sequence: null },
      usage: { ...usageOf(call), output_tokens: call.tokens.output },
    },
    { type: 'message_stop' },
  ];
  return events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('');
}
