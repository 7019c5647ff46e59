import { at, listAt, textAt } from '../usage/json.ts';
import type { Message, Part } from './conversation.ts';
import { type ConversationFormat, documentsOf, type Received } from './format.ts';
import { imageFromUrl, message, otherPart, roleOf, textPart, toolCall, toolResult } from './parts.ts';

/**
 * A realtime session. The provider repeats what the app puts into the conversation, so what it sent holds the whole
 * dialogue in its order; of the app's own messages only the instructions are not among it.
 */
export const realtimeConversation: ConversationFormat = {
  sent: (messages) => updatesIn(messages).flatMap(({ instructions }) => message('system', textPart(instructions))),
  tools: (messages) => updatesIn(messages).flatMap(({ tools }) => tools),
  received: (body) => readDialogue(documentsOf(body)),
};

function updatesIn(messages: unknown): { instructions: string; tools: string[] }[] {
  if (!Array.isArray(messages)) return [];
  return messages
    .filter((event) => textAt(event, 'type') === 'session.update')
    .map((event) => ({
      instructions: textAt(event, 'session', 'instructions'),
      tools: listAt(event, 'session', 'tools').map((tool) => textAt(tool, 'name')),
    }));
}

interface Dialogue {
  /** By the id of an item, or of an answer, in the order of their coming. */
  readonly messages: Map<string, readonly Message[]>;
  /** Of answers that have not ended. */
  readonly growing: Map<string, string>;
  finishReason: string;
}

function readDialogue(events: readonly unknown[]): Received {
  const dialogue: Dialogue = { messages: new Map(), growing: new Map(), finishReason: '' };
  for (const event of events) follow(dialogue, event);
  const torn = [...dialogue.growing.values()].flatMap((text) => message('assistant', textPart(text)));
  return { messages: [...[...dialogue.messages.values()].flat(), ...torn], finishReason: dialogue.finishReason };
}

function follow(dialogue: Dialogue, event: unknown): void {
  const { messages, growing } = dialogue;
  switch (textAt(event, 'type')) {
    case 'conversation.item.created':
    case 'conversation.item.added':
      // Those of the assistant are empty still: the end of its answer repeats them whole.
      if (textAt(event, 'item', 'role') !== 'assistant' && textAt(event, 'item', 'type') !== 'function_call') {
        messages.set(textAt(event, 'item', 'id'), readItem(at(event, 'item')));
      }
      return;
    case 'conversation.item.input_audio_transcription.completed':
      messages.set(textAt(event, 'item_id'), message('user', textPart(textAt(event, 'transcript'))));
      return;
    case 'response.output_text.delta':
    case 'response.text.delta':
    case 'response.output_audio_transcript.delta':
    case 'response.audio_transcript.delta': {
      const id = textAt(event, 'response_id');
      growing.set(id, (growing.get(id) ?? '') + textAt(event, 'delta'));
      return;
    }
    case 'response.done': {
      const id = textAt(event, 'response', 'id');
      growing.delete(id);
      const parts = listAt(event, 'response', 'output').flatMap((item) => readItem(item).flatMap((said) => said.parts));
      messages.set(id, message('assistant', parts));
      dialogue.finishReason =
        textAt(event, 'response', 'status_details', 'reason') || textAt(event, 'response', 'status');
      return;
    }
  }
}

function readItem(item: unknown): readonly Message[] {
  switch (textAt(item, 'type')) {
    case 'message':
      return message(roleOf(textAt(item, 'role')), listAt(item, 'content').flatMap(readPart));
    case 'function_call':
      return message('assistant', [toolCall(textAt(item, 'call_id'), textAt(item, 'name'), at(item, 'arguments'))]);
    case 'function_call_output':
      return message('tool', [toolResult(textAt(item, 'call_id'), at(item, 'output'))]);
    default:
      return message('assistant', [otherPart(textAt(item, 'type') || 'item', item)]);
  }
}

function readPart(part: unknown): readonly Part[] {
  const type = textAt(part, 'type');
  const text = textAt(part, 'text') || textAt(part, 'transcript');
  if (text !== '') return textPart(text);
  if (type === 'input_image') return [imageFromUrl(textAt(part, 'image_url'))];
  // Its sound is not repeated.
  return /audio$/.test(type) ? [otherPart('sound that was not written down', { type })] : [];
}
