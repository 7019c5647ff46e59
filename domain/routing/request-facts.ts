import type { Tags } from '../exchange.ts';
import { countAt, isObject, type JsonObject, textAt } from '../usage/json.ts';

/** What routes decide by. */
export interface RequestFacts {
  /** As asked: the virtual model's name. */
  readonly model: string;
  readonly user: string;
  readonly feature: string;
  readonly prompt: string;
  readonly session: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly stream: boolean;
  readonly hasImage: boolean;
  readonly hasTools: boolean;
  /** Of what is sent, by a cheap count: a token for four bytes of text, IMAGE_TOKENS for an image. */
  readonly tokens: number;
  /** The most that may be answered; null where the request does not say. */
  readonly maxOutput: number | null;
}

const BYTES_PER_TOKEN = 4;
/** About what a picture of a megapixel costs at OpenAI and Anthropic. */
const IMAGE_TOKENS = 1_000;

/** Keys of the body that hold what the model reads. */
const read = ['messages', 'system', 'instructions', 'input', 'prompt', 'contents', 'tools', 'functions'] as const;
const images: ReadonlySet<unknown> = new Set(['image_url', 'input_image', 'image']);
/** Their bytes are not text, and nothing cheap tells how many tokens they make. */
const otherMedia: ReadonlySet<unknown> = new Set(['input_audio', 'file', 'input_file']);

export function readRequestFacts(body: JsonObject, tags: Tags): RequestFacts {
  const count = { bytes: 0, images: 0 };
  for (const key of read) measure(body[key], count);
  return {
    model: textAt(body, 'model'),
    user: tags.userId || textAt(body, 'user'),
    feature: tags.feature,
    prompt: tags.promptId,
    session: tags.sessionId,
    properties: tags.properties,
    stream: body['stream'] === true,
    hasImage: count.images > 0,
    hasTools: ['tools', 'functions'].some((key) => Array.isArray(body[key]) && body[key].length > 0),
    tokens: Math.ceil(count.bytes / BYTES_PER_TOKEN) + count.images * IMAGE_TOKENS,
    maxOutput:
      countAt(body, 'max_completion_tokens') ?? countAt(body, 'max_output_tokens') ?? countAt(body, 'max_tokens'),
  };
}

interface Count {
  bytes: number;
  images: number;
}

function measure(value: unknown, count: Count): void {
  if (typeof value === 'string') count.bytes += Buffer.byteLength(value);
  else if (Array.isArray(value)) for (const each of value) measure(each, count);
  else if (isObject(value)) measureObject(value, count);
}

function measureObject(value: JsonObject, count: Count): void {
  const { type } = value;
  if (images.has(type)) count.images++;
  if (images.has(type) || otherMedia.has(type)) return;
  for (const each of Object.values(value)) measure(each, count);
}
