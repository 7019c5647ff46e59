import type { Call } from '../model/call.ts';
import { idOf, piecesOf, reasonOf, schemaOf, toolArguments, type Wire } from './wire.ts';

/** https://ai.google.dev/api/generate-content */
export const geminiWire: Wire = {
  path: ({ model, streamed }) =>
    `/v1beta/models/${model.name}:${streamed ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
  request,
  reply: (call) => (call.streamed ? stream(call) : JSON.stringify(answer(call, partOf(call, call.answer), 'STOP'))),
  failure: (status) => ({
    error: { code: status, message: reasonOf(status), status: failureNames[status] ?? 'INTERNAL' },
  }),
};

const failureNames: Readonly<Record<number, string>> = { 429: 'RESOURCE_EXHAUSTED', 503: 'UNAVAILABLE' };

function request(call: Call): object {
  const { system, before, question, file, tool } = call;
  const past = before.flatMap((turn) => [
    { role: 'user', parts: [{ text: turn.question }] },
    { role: 'model', parts: [{ text: turn.answer }] },
  ]);
  const fileUri = `https://generativelanguage.googleapis.com/v1beta/${idOf('files/', call)}`;
  const sent = file === '' ? [] : [{ fileData: { mimeType: mimeOf(file), fileUri } }];
  return {
    systemInstruction: { parts: [{ text: system }] },
    contents: [...past, { role: 'user', parts: [...sent, { text: question }] }],
    ...(tool === null
      ? {}
      : {
          tools: [
            {
              functionDeclarations: [
                { name: tool.name, description: tool.description, parameters: schemaOf(tool.argument) },
              ],
            },
          ],
        }),
  };
}

const mimeOf = (file: string): string => (file.endsWith('.pdf') ? 'application/pdf' : 'text/plain');

function partOf(call: Call, text: string): object {
  const args = toolArguments(call);
  return args === null ? { text } : { functionCall: { name: call.tool?.name ?? '', args } };
}

function answer(call: Call, part: object, finishReason: string | null): object {
  return {
    candidates: [
      { content: { parts: [part], role: 'model' }, ...(finishReason === null ? {} : { finishReason }), index: 0 },
    ],
    usageMetadata: usageOf(call, finishReason !== null),
    modelVersion: call.model.responseName,
    responseId: idOf('', call),
  };
}

/** Counts of zero are left out; those of the answer come with its end. */
function usageOf({ tokens }: Call, ended: boolean): object {
  const prompt = tokens.input + tokens.cacheRead;
  const made = ended ? tokens.output : 0;
  return {
    promptTokenCount: prompt,
    ...(ended ? { candidatesTokenCount: made } : {}),
    totalTokenCount: prompt + made + tokens.reasoning,
    ...(tokens.cacheRead === 0 ? {} : { cachedContentTokenCount: tokens.cacheRead }),
    promptTokensDetails: [{ modality: 'TEXT', tokenCount: prompt }],
    ...(tokens.cacheRead === 0 ? {} : { cacheTokensDetails: [{ modality: 'TEXT', tokenCount: tokens.cacheRead }] }),
    ...(tokens.reasoning === 0 ? {} : { thoughtsTokenCount: tokens.reasoning }),
  };
}

function stream(call: Call): string {
  const pieces = toolArguments(call) === null ? piecesOf(call.answer) : [''];
  const chunks = pieces.map((piece, index) =>
    answer(call, partOf(call, piece), index === pieces.length - 1 ? 'STOP' : null),
  );
  return chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\r\n\r\n`).join('');
}
