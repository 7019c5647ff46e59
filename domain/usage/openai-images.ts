import type { ResponseFacts, Usage } from './facts.ts';
import { noTokens } from './free.ts';
import { at, countAt, isObject, type JsonObject, parseJson, textAt } from './json.ts';
import { readReportedCost } from './openai-chat.ts';
import { noFacts, type ResponseReader, rest, withinOf } from './reader.ts';

/**
 * Images billed by the token; the older ones, by the piece, tell no usage.
 * https://platform.openai.com/docs/api-reference/images/object, …/images-streaming
 */
export const imagesReader: ResponseReader = {
  document: (value, closed) => readImages(value, closed && isObject(value)),
  events(events) {
    const done = events.filter((data) => data.includes('.completed"')).map(parseJson);
    const last = done.findLast((event) => /^image_(generation|edit)\.completed$/.test(textAt(event, 'type')));
    return last === undefined ? noFacts : readImages(last, true);
  },
};

function readImages(value: unknown, complete: boolean): ResponseFacts {
  const raw = at(value, 'usage');
  const author = at(value, 'svg_usage');
  const authored = readAuthor(author);
  return {
    ...noFacts,
    model: textAt(value, 'model'),
    usage: readImageUsage(raw),
    usageRaw: isObject(raw) ? JSON.stringify(isObject(author) ? { ...raw, svg_usage: author } : raw) : '',
    reportedCost: isObject(raw) ? readReportedCost(raw) : null,
    toolCalls: 0,
    serverTools: {},
    complete,
    others: authored === null ? [] : [{ model: textAt(author, 'model'), usage: authored }],
  };
}

/** Also of images drawn by a tool of the responses API. */
export function readImageUsage(raw: unknown): Usage | null {
  const sent = countAt(raw, 'input_tokens');
  const made = countAt(raw, 'output_tokens');
  if (sent === null && made === null) return null;
  const cacheRead = countAt(raw, 'cached_tokens') ?? countAt(raw, 'input_tokens_details', 'cached_tokens') ?? 0;
  const cacheReadImage = countAt(raw, 'cached_tokens_details', 'cached_image_tokens') ?? 0;
  const images = countAt(raw, 'input_tokens_details', 'image_tokens') ?? 0;
  const image = countAt(raw, 'output_tokens_details', 'image_tokens') ?? made;
  return {
    ...noTokens,
    input: rest(sent, cacheRead),
    cacheRead,
    output: rest(made, image),
    image,
    ...withinOf({ inputImage: Math.max(0, images - cacheReadImage), cacheReadAudio: 0, cacheReadImage }),
  };
}

/** A drawing in SVG is written by a language model, which is billed beside it. */
function readAuthor(raw: unknown): Usage | null {
  if (!isObject(raw)) return null;
  const written: JsonObject = raw;
  const reasoning = countAt(written, 'reasoning_tokens');
  return {
    ...noTokens,
    input: countAt(written, 'input_tokens'),
    output: rest(countAt(written, 'output_tokens'), reasoning),
    reasoning,
  };
}
