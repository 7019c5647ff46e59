const MODEL = /^(ft:)?(gpt|o\d|chatgpt|text-|dall-e|whisper|tts|omni|codex|davinci|babbage|computer-use|sora)/i;

/** `gpt-4o-2024-08-06, input` is a model and a bucket; what names no model is something else that is billed. */
export function nameOpenAiItem(item: string): { model: string; other: string } {
  const [name = ''] = item.split(', ');
  if (item === '' || MODEL.test(name)) return { model: name, other: '' };
  return { model: '', other: item };
}
