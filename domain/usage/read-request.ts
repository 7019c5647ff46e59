import type { ParsedBody } from './body.ts';
import type { RequestFacts, WireFormat } from './facts.ts';
import { at, textAt } from './json.ts';

/** What a request asks for. Never throws. `path` is the provider's own: some APIs name the model only there. */
export function readRequest(format: WireFormat, path: string, body: ParsedBody): RequestFacts {
  const value = body.kind === 'json' || body.kind === 'cut' ? body.value : undefined;
  return {
    model: textAt(value, 'model') || modelFromPath(path) || (format === 'openai-realtime' ? modelFromQuery(path) : ''),
    userId: userOf(format, value),
    streamed:
      ['true', true].some((yes) => at(value, 'stream') === yes) ||
      /(:stream(GenerateContent|RawPredict)|\/(converse-stream|invoke-with-response-stream))(\?|$)/i.test(path),
    countedInput: null,
  };
}

/** Gemini's `models/NAME:method`, Azure's `deployments/NAME/…`, Bedrock's `model/NAME/…`. */
function modelFromPath(path: string): string {
  const match = /\/(?:models|tunedModels|deployments|model)\/([^/?:]+(?::[^/?:]+)?)(?=[:/])/.exec(
    path.replace(/[?#].*$/s, ''),
  );
  return match?.[1] === undefined ? '' : decode(match[1]);
}

/** A WebSocket begins without a body: OpenAI's `?model=NAME`, Azure's `?deployment=NAME`. */
function modelFromQuery(path: string): string {
  const query = new URLSearchParams(/\?(.*)$/s.exec(path)?.[1] ?? '');
  return query.get('model') ?? query.get('deployment') ?? '';
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** OpenAI's `user`, or `safety_identifier` that follows it; Anthropic's `metadata.user_id`. */
function userOf(format: WireFormat, value: unknown): string {
  if (format === 'unknown') return '';
  if (format === 'anthropic-messages' || format === 'bedrock-invoke') return textAt(value, 'metadata', 'user_id');
  return textAt(value, 'user') || textAt(value, 'safety_identifier');
}
