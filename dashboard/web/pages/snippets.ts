export interface Snippet {
  readonly client: string;
  /** '' where the client has no choice of language. */
  readonly language: '' | 'TypeScript' | 'Python';
  readonly code: string;
}

/** How each client is pointed at the proxy, with headers that say who and what for. `proxy` has no slash at its end. */
export function snippets(proxy: string): readonly Snippet[] {
  return [
    {
      client: 'curl',
      language: '',
      code: `curl ${proxy}/openai/v1/chat/completions \\
  -H "Authorization: Bearer $OPENAI_API_KEY" \\
  -H "Content-Type: application/json" \\
  -H "Helicone-User-Id: ann" \\
  -H "Helicone-Property-Feature: hello" \\
  -d '{"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Hello!"}]}'`,
    },
    {
      client: 'OpenAI',
      language: 'TypeScript',
      code: `import OpenAI from 'openai';

const openai = new OpenAI({
  baseURL: '${proxy}/openai/v1',
  defaultHeaders: { 'Helicone-User-Id': 'ann', 'Helicone-Property-Feature': 'hello' },
});

const answer = await openai.chat.completions.create({
  model: 'gpt-4o-mini',
  messages: [{ role: 'user', content: 'Hello!' }],
});`,
    },
    {
      client: 'OpenAI',
      language: 'Python',
      code: `from openai import OpenAI

client = OpenAI(
    base_url="${proxy}/openai/v1",
    default_headers={"Helicone-User-Id": "ann", "Helicone-Property-Feature": "hello"},
)

answer = client.chat.completions.create(
    model="gpt-4o-mini",
    messages=[{"role": "user", "content": "Hello!"}],
)`,
    },
    {
      client: 'Anthropic',
      language: 'TypeScript',
      code: `import Anthropic from '@anthropic-ai/sdk';

const anthropic = new Anthropic({
  baseURL: '${proxy}/anthropic',
  defaultHeaders: { 'Helicone-User-Id': 'ann', 'Helicone-Property-Feature': 'hello' },
});

const answer = await anthropic.messages.create({
  model: 'claude-haiku-4-5',
  max_tokens: 256,
  messages: [{ role: 'user', content: 'Hello!' }],
});`,
    },
    {
      client: 'Anthropic',
      language: 'Python',
      code: `import anthropic

client = anthropic.Anthropic(
    base_url="${proxy}/anthropic",
    default_headers={"Helicone-User-Id": "ann", "Helicone-Property-Feature": "hello"},
)

answer = client.messages.create(
    model="claude-haiku-4-5",
    max_tokens=256,
    messages=[{"role": "user", "content": "Hello!"}],
)`,
    },
    {
      client: 'Gemini',
      language: 'TypeScript',
      code: `import { GoogleGenAI } from '@google/genai';

const gemini = new GoogleGenAI({
  apiKey: process.env.GEMINI_API_KEY,
  httpOptions: {
    baseUrl: '${proxy}/google',
    headers: { 'Helicone-User-Id': 'ann', 'Helicone-Property-Feature': 'hello' },
  },
});

const answer = await gemini.models.generateContent({ model: 'gemini-2.5-flash', contents: 'Hello!' });`,
    },
    {
      client: 'Gemini',
      language: 'Python',
      code: `from google import genai
from google.genai import types

client = genai.Client(
    http_options=types.HttpOptions(
        base_url="${proxy}/google",
        headers={"Helicone-User-Id": "ann", "Helicone-Property-Feature": "hello"},
    ),
)

answer = client.models.generate_content(model="gemini-2.5-flash", contents="Hello!")`,
    },
    {
      client: 'Claude Code',
      language: '',
      code: `export ANTHROPIC_BASE_URL=${proxy}/anthropic
export ANTHROPIC_CUSTOM_HEADERS="Helicone-User-Id: $USER
Helicone-Property-Feature: claude-code"

claude`,
    },
    {
      client: 'Codex',
      language: '',
      code: `# ~/.codex/config.toml
model_provider = "spendlens"

[model_providers.spendlens]
name = "OpenAI through Spendlens"
base_url = "${proxy}/openai/v1"
env_key = "OPENAI_API_KEY"
wire_api = "responses"
http_headers = { "Helicone-User-Id" = "ann", "Helicone-Property-Feature" = "codex" }`,
    },
  ];
}
