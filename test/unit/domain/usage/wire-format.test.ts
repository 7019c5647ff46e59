import { describe, expect, it } from 'vitest';
import { wireFormatOf } from '../../../../domain/usage/wire-format.ts';

describe('wireFormatOf', () => {
  it.each([
    ['openai', '/v1/chat/completions', 'openai-chat'],
    ['openai', '/v1/chat/completions/', 'openai-chat'],
    ['openai', '/v1/responses', 'openai-responses'],
    ['openai', '/v1/embeddings', 'openai-embeddings'],
    ['azure', '/openai/deployments/my-gpt/chat/completions?api-version=2024-10-21', 'openai-chat'],
    ['azure', '/openai/deployments/emb/embeddings?api-version=2024-10-21', 'openai-embeddings'],
    ['azure', '/openai/v1/responses?api-version=preview', 'openai-responses'],
    ['openrouter', '/api/v1/chat/completions', 'openai-chat'],
    ['openrouter', '/api/v1/messages', 'anthropic-messages'],
    ['groq', '/openai/v1/chat/completions', 'openai-chat'],
    ['fireworks', '/inference/v1/chat/completions', 'openai-chat'],
    ['perplexity', '/chat/completions', 'openai-chat'],
    ['ollama', '/v1/chat/completions', 'openai-chat'],
    ['vllm', '/v1/embeddings', 'openai-embeddings'],
    ['google', '/v1beta/openai/chat/completions', 'openai-chat'],
    ['anthropic', '/v1/messages', 'anthropic-messages'],
    ['anthropic', '/v1/messages?beta=true', 'anthropic-messages'],
    ['deepseek', '/anthropic/v1/messages', 'anthropic-messages'],
    ['google', '/v1beta/models/gemini-2.5-flash:generateContent', 'gemini-generate'],
    ['google', '/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse', 'gemini-generate'],
    [
      'vertex',
      '/v1/projects/p/locations/us-central1/publishers/google/models/gemini-2.5-pro:generateContent',
      'gemini-generate',
    ],
    [
      'vertex',
      '/v1/projects/p/locations/us-east5/publishers/anthropic/models/claude-sonnet-4-5@20250929:streamRawPredict',
      'anthropic-messages',
    ],
    ['anthropic', '/v1/messages/count_tokens', 'unknown'],
    ['anthropic', '/v1/messages/batches', 'unknown'],
    ['openai', '/v1/models', 'unknown'],
    ['openai', '/v1/responses/resp_1', 'unknown'],
    ['openai', '/v1/images/generations', 'unknown'],
    ['openai', '/v1/models/x:generateContent', 'unknown'],
    ['google', '/v1beta/models/gemini-2.5-flash:countTokens', 'unknown'],
    ['ollama', '/api/chat', 'unknown'],
    ['openai', '/v1/search?q=/chat/completions', 'unknown'],
  ])('%s %s is %s', (provider, path, format) => {
    expect(wireFormatOf(provider, path)).toBe(format);
  });
});
