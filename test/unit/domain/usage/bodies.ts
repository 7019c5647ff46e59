import { type ParsedBody, parseBody } from '../../../../domain/usage/body.ts';
import { type Usage, usage as usageSchema } from '../../../../domain/usage/facts.ts';

export const json = (value: unknown): ParsedBody =>
  parseBody({ head: JSON.stringify(value), tail: null, contentType: 'application/json' });

/** A stream of `data:` events, with `event:` names where the objects have a type, as Anthropic and OpenAI send them. */
export function sseText(...events: readonly unknown[]): string {
  return events
    .map((event) =>
      typeof event === 'string' ? `data: ${event}\n\n` : `${nameOf(event)}data: ${JSON.stringify(event)}\n\n`,
    )
    .join('');
}

function nameOf(event: unknown): string {
  if (typeof event !== 'object' || event === null || !('type' in event)) return '';
  return typeof event.type === 'string' ? `event: ${event.type}\n` : '';
}

export const sse = (...events: readonly unknown[]): ParsedBody => streamed(sseText(...events));
export const streamed = (text: string): ParsedBody =>
  parseBody({ head: text, tail: null, contentType: 'text/event-stream; charset=utf-8' });

/** The body as the proxy keeps it when it is too large: so many characters of both ends. */
export function cut(text: string, head: number, tail: number, contentType = 'application/json'): ParsedBody {
  return parseBody({ head: text.slice(0, head), tail: text.slice(-tail), contentType });
}

const buckets = usageSchema.omit({ within: true }).keyof().options;

export const bucketsOf = (usage: Usage | null): number =>
  usage === null ? Number.NaN : buckets.reduce((sum, bucket) => sum + (usage[bucket] ?? 0), 0);
