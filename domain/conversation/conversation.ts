import { z } from 'zod';

/** What was said, whatever the wire format, for people to read. All text is untrusted and shown as text. */
export const part = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text: z.string() }),
  z.object({ type: z.literal('reasoning'), text: z.string() }),
  z.object({ type: z.literal('tool_call'), id: z.string(), name: z.string(), arguments: z.string() }),
  z.object({ type: z.literal('tool_result'), id: z.string(), text: z.string() }),
  /** `source` is a data: URL of an image, or '' where the image is elsewhere or too large; `label` says what it is. */
  z.object({ type: z.literal('image'), source: z.string(), label: z.string() }),
  z.object({ type: z.literal('other'), label: z.string(), json: z.string() }),
]);
export type Part = z.infer<typeof part>;

export const message = z.object({ role: z.enum(['system', 'user', 'assistant', 'tool']), parts: z.array(part) });
export type Message = z.infer<typeof message>;

export const capturedConversation = z.object({
  sent: z.array(message),
  received: z.array(message),
  /** Names of the tools that were offered. */
  tools: z.array(z.string()),
  /** Why the answer ended, in the provider's word. */
  finishReason: z.string(),
  /** The provider's error message, '' where there was none. */
  error: z.string(),
});
export type CapturedConversation = z.infer<typeof capturedConversation>;
