import type { Call } from '../model/call.ts';
import { openAiFailure } from './openai-failure.ts';
import { idOf, piecesOf, schemaOf, secondsOf, toolArguments, type Wire } from './wire.ts';

/** https://platform.openai.com/docs/api-reference/responses and …/responses-streaming */
export const responsesWire: Wire = {
  path: () => '/v1/responses',
  request,
  reply: (call) => (call.streamed ? stream(call) : JSON.stringify(finished(call))),
  failure: openAiFailure,
};

function request({ model, streamed, system, before, question, tool }: Call): object {
  const past = before.flatMap((turn) => [
    { role: 'user', content: turn.question },
    { role: 'assistant', content: turn.answer },
  ]);
  return {
    model: model.name,
    instructions: system,
    input: [...past, { role: 'user', content: question }],
    reasoning: { effort: 'medium' },
    ...(tool === null
      ? {}
      : {
          tools: [
            {
              type: 'function',
              name: tool.name,
              description: tool.description,
              parameters: schemaOf(tool.argument),
              strict: false,
            },
          ],
        }),
    ...(streamed ? { stream: true } : {}),
  };
}

const started = (call: Call): object => ({
  id: idOf('resp_', call),
  object: 'response',
  created_at: secondsOf(call),
  status: 'in_progress',
  model: call.model.responseName,
  output: [],
  service_tier: 'default',
  usage: null,
});

function finished(call: Call): object {
  const { tokens } = call;
  const sent = tokens.input + tokens.cacheRead;
  const made = tokens.output + tokens.reasoning;
  return {
    ...started(call),
    status: 'completed',
    output: [thought(call), said(call)],
    usage: {
      input_tokens: sent,
      input_tokens_details: { cached_tokens: tokens.cacheRead },
      output_tokens: made,
      output_tokens_details: { reasoning_tokens: tokens.reasoning },
      total_tokens: sent + made,
    },
  };
}

/** What was thought stays with the provider. */
const thought = (call: Call): object => ({ id: idOf('rs_', call), type: 'reasoning', summary: [] });

function said(call: Call): object {
  const args = toolArguments(call);
  if (args !== null) {
    return {
      id: idOf('fc_', call),
      type: 'function_call',
      status: 'completed',
      call_id: idOf('call_', call),
      name: call.tool?.name ?? '',
      arguments: JSON.stringify(args),
    };
  }
  const content = [{ type: 'output_text', text: call.answer, annotations: [], logprobs: [] }];
  return { id: idOf('msg_', call), type: 'message', status: 'completed', role: 'assistant', content };
}

function stream(call: Call): string {
  const args = toolArguments(call);
  const item = { output_index: 1, item_id: idOf(args === null ? 'msg_' : 'fc_', call) };
  const pieces =
    args === null
      ? piecesOf(call.answer).map((delta) => ({
          type: 'response.output_text.delta',
          ...item,
          content_index: 0,
          delta,
          logprobs: [],
        }))
      : piecesOf(JSON.stringify(args)).map((delta) => ({
          type: 'response.function_call_arguments.delta',
          ...item,
          delta,
        }));
  const events = [
    { type: 'response.created', response: started(call) },
    { type: 'response.output_item.added', output_index: 0, item: thought(call) },
    { type: 'response.output_item.done', output_index: 0, item: thought(call) },
    ...pieces,
    { type: 'response.output_item.done', output_index: 1, item: said(call) },
    { type: 'response.completed', response: finished(call) },
  ];
  return events
    .map((event, index) => `event: ${event.type}\ndata: ${JSON.stringify({ ...event, sequence_number: index })}\n\n`)
    .join('');
}
