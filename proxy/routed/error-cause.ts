import type { FailureCause } from '../../domain/routing/failure.ts';
import { isObject, parseJson, textAt } from '../../domain/usage/json.ts';

type ErrorCause = Extract<FailureCause, 'status' | 'context_window' | 'content_policy'>;

/**
 * What the body of an error says of its cause, by the documented shapes:
 * OpenAI `error.code` context_length_exceeded, content_policy_violation (https://platform.openai.com/docs/guides/error-codes);
 * Azure `content_filter` (https://learn.microsoft.com/azure/ai-services/openai/concepts/content-filter);
 * Anthropic `prompt is too long`, `content filtering policy` (https://docs.claude.com/en/api/errors);
 * Gemini `input token count … exceeds` (https://ai.google.dev/gemini-api/docs/troubleshooting).
 */
export function causeOfError(body: string): ErrorCause {
  const parsed = parseJson(body);
  const value = Array.isArray(parsed) ? parsed[0] : parsed;
  if (!isObject(value)) return 'status';
  const code = textAt(value, 'error', 'code') || textAt(value, 'code');
  const message = textAt(value, 'error', 'message') || textAt(value, 'message');
  return causeOfWords(code, message);
}

const contextCode = /^(context_length_exceeded|model_context_window_exceeded|context_window_exceeded)$/;
const contextWords =
  /maximum context length|context (?:length|window|limit)[^.]*exceed|exceeds? (?:the )?(?:model'?s )?(?:maximum )?context|prompt is too long|input token count[^.]*exceeds|exceed context limit|too many input tokens/i;
const policyCode = /^(content_policy_violation|content_filter|moderation_blocked|responsible_ai_policy_violation)$/i;
const policyWords =
  /content (?:filtering|management|usage) policy|content policy|usage policy|safety system|flagged as potentially violating|responsible ai/i;

export function causeOfWords(code: string, message: string): ErrorCause {
  if (contextCode.test(code) || contextWords.test(message)) return 'context_window';
  if (policyCode.test(code) || policyWords.test(message)) return 'content_policy';
  return 'status';
}
