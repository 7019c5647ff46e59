import type { WireFormat } from '../../domain/usage/facts.ts';

/**
 * What tells an app in the middle of its stream that the rest will not come, in the format that it reads: OpenAI's and
 * Gemini's SDKs raise an error for `data` with an `error`, Anthropic's for an event of that name. Null for a format
 * whose clients would not know it as one.
 */
export function inBandError(format: WireFormat, message: string): string | null {
  const text = `Spendlens: ${message}`;
  switch (format) {
    case 'openai-chat':
    case 'openai-completions':
      return event('', { error: { message: text, type: 'api_error', param: null, code: 'stream_broken' } });
    case 'openai-responses':
      return event('error', { type: 'error', code: 'stream_broken', message: text, param: null, sequence_number: 0 });
    case 'anthropic-messages':
      return event('error', { type: 'error', error: { type: 'api_error', message: text } });
    case 'gemini-generate':
      return event('', { error: { code: 503, message: text, status: 'UNAVAILABLE' } });
    default:
      return null;
  }
}

function event(name: string, data: unknown): string {
  return `${name === '' ? '' : `event: ${name}\n`}data: ${JSON.stringify(data)}\n\n`;
}
