import type { Call } from '../model/call.ts';
import { openAiFailure } from './openai-failure.ts';
import { idOf, piecesOf, schemaOf, secondsOf, serverSentEvents, toolArguments, type Wire } from './wire.ts';

/** https://platform.openai.com/docs/api-reference/chat and https://openrouter.ai/docs/use-cases/usage-accounting */
export const chatWire: Wire = {
  path: ({ model }) => (model.provider === 'openrouter' ? '/api/v1/chat/completions' : '/v1/chat/completions'),
  request,
  reply: (call) => (call.streamed ? stream(call) : JSON.stringify(completion(call))),
  failure: openAiFailure,
};

function request(call: Call): object {
  const { model, streamed, usageTold, system, before, question, file, tool } = call;
  const past = before.flatMap((turn) => [
    { role: 'user', content: turn.question },
    { role: 'assistant', content: turn.answer },
  ]);
  return {
    model: model.name,
    messages: [
      { role: 'system', content: system },
      ...past,
      { role: 'user', content: contentOf(question, file, call) },
    ],
    ...(tool === null ? {} : { tools: [{ type: 'function', function: describe(tool) }] }),
    ...(streamed ? { stream: true } : {}),
    ...(streamed && usageTold ? { stream_options: { include_usage: true } } : {}),
    ...(model.provider === 'openrouter' ? { usage: { include: true } } : {}),
  };
}

function contentOf(question: string, file: string, call: Call): string | object[] {
  if (file === '') return question;
  return [
    { type: 'text', text: question },
    { type: 'file', file: { file_id: idOf('file-', call) } },
  ];
}

const describe = ({ name, description, argument }: NonNullable<Call['tool']>): object => ({
  name,
  description,
  parameters: schemaOf(argument),
});

function completion(call: Call): object {
  const args = toolArguments(call);
  const message =
    args === null
      ? { role: 'assistant', content: call.answer, refusal: null, annotations: [] }
      : { role: 'assistant', content: null, refusal: null, tool_calls: [toolCall(call, JSON.stringify(args))] };
  return {
    ...envelope(call, 'chat.completion'),
    choices: [{ index: 0, message, logprobs: null, finish_reason: finishOf(call) }],
    ...(call.usageTold ? { usage: usageOf(call) } : {}),
  };
}

function stream(call: Call): string {
  const args = toolArguments(call);
  const deltas =
    args === null
      ? [{ role: 'assistant', content: '', refusal: null }, ...piecesOf(call.answer).map((content) => ({ content }))]
      : [
          { role: 'assistant', content: null, tool_calls: [{ index: 0, ...toolCall(call, '') }] },
          ...piecesOf(JSON.stringify(args)).map((piece) => ({
            tool_calls: [{ index: 0, function: { arguments: piece } }],
          })),
        ];
  const head = envelope(call, 'chat.completion.chunk');
  const nothing = call.usageTold ? { usage: null } : {};
  const chunk = (delta: object, finish: string | null) => ({
    ...head,
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
    ...nothing,
  });
  const last = call.usageTold ? [{ ...head, choices: [], usage: usageOf(call) }] : [];
  const chunks = [...deltas.map((delta) => chunk(delta, null)), chunk({}, finishOf(call)), ...last];
  return `${serverSentEvents(chunks)}data: [DONE]\n\n`;
}

function envelope(call: Call, object: string): object {
  const { provider, responseName } = call.model;
  const base = {
    id: idOf(provider === 'openrouter' ? 'gen-' : 'chatcmpl-', call),
    object,
    created: secondsOf(call),
    model: responseName,
  };
  return provider === 'openai' ? { ...base, service_tier: 'default', system_fingerprint: 'fp_44709d6fcb' } : base;
}

const finishOf = (call: Call): string => (toolArguments(call) === null ? 'stop' : 'tool_calls');

const toolCall = (call: Call, args: string): object => ({
  id: idOf('call_', call),
  type: 'function',
  function: { name: call.tool?.name ?? '', arguments: args },
});

function usageOf({ model, tokens }: Call): object {
  const prompt = tokens.input + tokens.cacheRead;
  const completion = tokens.output + tokens.reasoning;
  const counts = { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
  // vLLM tells no details unless it is asked to.
  if (model.promptCache === 'none') return { ...counts, prompt_tokens_details: null };
  const details = {
    prompt_tokens_details: { cached_tokens: tokens.cacheRead, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: tokens.reasoning, audio_tokens: 0 },
  };
  if (model.reported === null) return { ...counts, ...details };
  const { input, output } = model.reported;
  const cost = ((tokens.input + tokens.cacheRead / 4) * input + completion * output) / 1_000_000;
  return {
    ...counts,
    ...details,
    cost: Number(cost.toFixed(9)),
    is_byok: false,
    cost_details: { upstream_inference_cost: null },
  };
}
