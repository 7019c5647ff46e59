import type { WireFormat } from '../usage/facts.ts';
import { at, isObject, textAt } from '../usage/json.ts';
import { type ImageSize, sizeOfImage } from './image-size.ts';

interface SentImage {
  /** '' where it lies elsewhere. */
  readonly base64: string;
  readonly low: boolean;
}

/** Of what lies elsewhere nothing is fetched: it counts as an image of this size. */
const ASSUMED: ImageSize = { width: 1024, height: 1024 };
/** Content lies a few levels deep; what is deeper is no message. */
const MAX_DEPTH = 10;

/** Images among what was sent, by the rule that the provider publishes; 0 where it publishes none. */
export function countImages(format: WireFormat, model: string, request: unknown): number {
  const rule = ruleOf(format, model.slice(model.lastIndexOf('/') + 1));
  if (rule === null) return 0;
  const images = findImages(request, MAX_DEPTH);
  return images.reduce((sum, { base64, low }) => sum + rule(sizeOfImage(base64) ?? ASSUMED, low), 0);
}

function findImages(value: unknown, depth: number): readonly SentImage[] {
  if (depth === 0) return [];
  if (Array.isArray(value)) return value.flatMap((one) => findImages(one, depth - 1));
  if (!isObject(value)) return [];
  const image = imageOf(value);
  return image === null ? Object.values(value).flatMap((one) => findImages(one, depth - 1)) : [image];
}

/** In the words of OpenAI, Anthropic, Google and Bedrock. */
function imageOf(part: Readonly<Record<string, unknown>>): SentImage | null {
  const type = textAt(part, 'type');
  if (type === 'image_url' || type === 'input_image') {
    const url = textAt(part, 'image_url', 'url') || textAt(part, 'image_url');
    const detail = textAt(part, 'image_url', 'detail') || textAt(part, 'detail');
    return { base64: url.startsWith('data:') ? url.slice(url.indexOf(',') + 1) : '', low: detail === 'low' };
  }
  if (type === 'image') return { base64: textAt(part, 'source', 'data'), low: false };
  const inline = at(part, 'inlineData') ?? at(part, 'inline_data');
  const mime = textAt(inline, 'mimeType') || textAt(inline, 'mime_type');
  if (mime.startsWith('image/')) return { base64: textAt(inline, 'data'), low: false };
  const source = at(part, 'image', 'source');
  return isObject(source) ? { base64: textAt(source, 'bytes'), low: false } : null;
}

type Rule = (size: ImageSize, low: boolean) => number;

function ruleOf(format: WireFormat, model: string): Rule | null {
  if (format === 'anthropic-messages' || model.includes('claude')) return byArea;
  if (format === 'gemini-generate' || model.startsWith('gemini')) return byTilesOfGemini;
  const patch = patches.find(([pattern]) => pattern.test(model));
  if (patch !== undefined) return byPatches(patch[1]);
  const tile = tiles.find(([pattern]) => pattern.test(model));
  return tile === undefined ? null : byTiles(tile[1], tile[2]);
}

/** https://docs.anthropic.com/en/docs/build-with-claude/vision#calculate-image-costs */
const byArea: Rule = ({ width, height }) => {
  const scale = Math.min(1, 1568 / Math.max(width, height));
  return Math.min(1600, Math.ceil((width * scale * height * scale) / 750));
};

/** https://ai.google.dev/gemini-api/docs/tokens#multimodal-tokens */
const byTilesOfGemini: Rule = ({ width, height }) =>
  width <= 384 && height <= 384 ? 258 : 258 * Math.ceil(width / 768) * Math.ceil(height / 768);

/** Both: https://platform.openai.com/docs/guides/images-vision#calculating-costs */
const patches: readonly (readonly [RegExp, number])[] = [
  [/^gpt-(4\.1|5)-mini/, 1.62],
  [/^gpt-(4\.1|5)-nano/, 2.46],
  [/^o4-mini/, 1.72],
];
const tiles: readonly (readonly [RegExp, number, number])[] = [
  [/^gpt-4o-mini/, 2833, 5667],
  [/^(gpt-4|chatgpt-4)/, 85, 170],
  [/^o[13]/, 75, 150],
  [/^gpt-5/, 70, 140],
];

function byPatches(factor: number): Rule {
  const MOST = 1536;
  return ({ width, height }) => {
    const whole = Math.ceil(width / 32) * Math.ceil(height / 32);
    return Math.ceil(Math.min(MOST, whole) * factor);
  };
}

/** Into a square of 2,048, then the shorter side to 768, then in tiles of 512. */
function byTiles(base: number, tile: number): Rule {
  return ({ width, height }, low) => {
    if (low) return base;
    const fit = Math.min(1, 2048 / Math.max(width, height));
    const short = Math.min(1, 768 / (Math.min(width, height) * fit));
    const count = (side: number) => Math.ceil((side * fit * short) / 512);
    return base + tile * count(width) * count(height);
  };
}
