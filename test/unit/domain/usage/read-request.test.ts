import { describe, expect, it } from 'vitest';
import type { WireFormat } from '../../../../domain/usage/facts.ts';
import { readRequest } from '../../../../domain/usage/read-request.ts';
import { cut, json } from './bodies.ts';

interface Row {
  readonly name: string;
  readonly format: WireFormat;
  readonly path: string;
  readonly body: unknown;
  readonly expected: { readonly model: string; readonly userId: string; readonly streamed: boolean };
}

const rows: readonly Row[] = [
  {
    name: 'model, user and stream of a chat',
    format: 'openai-chat',
    path: '/v1/chat/completions',
    body: { model: 'gpt-4o', messages: [], user: 'u-1', stream: true },
    expected: { model: 'gpt-4o', userId: 'u-1', streamed: true },
  },
  {
    name: 'safety_identifier, which follows user',
    format: 'openai-responses',
    path: '/v1/responses',
    body: { model: 'gpt-5', input: 'hi', safety_identifier: 'u-2', stream: false },
    expected: { model: 'gpt-5', userId: 'u-2', streamed: false },
  },
  {
    name: "Anthropic's metadata.user_id",
    format: 'anthropic-messages',
    path: '/v1/messages',
    body: { model: 'claude-sonnet-4-5', metadata: { user_id: 'u-3' }, messages: [] },
    expected: { model: 'claude-sonnet-4-5', userId: 'u-3', streamed: false },
  },
  {
    name: 'Gemini names model and stream in the path alone',
    format: 'gemini-generate',
    path: '/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse',
    body: { contents: [] },
    expected: { model: 'gemini-2.5-flash', userId: '', streamed: true },
  },
  {
    name: 'Azure names the deployment in the path',
    format: 'openai-chat',
    path: '/openai/deployments/my%20gpt/chat/completions?api-version=2024-10-21',
    body: { messages: [] },
    expected: { model: 'my gpt', userId: '', streamed: false },
  },
  {
    name: 'Bedrock names a model with a version behind a colon',
    format: 'unknown',
    path: '/model/anthropic.claude-3-5-sonnet-20241022-v2:0/converse',
    body: { messages: [] },
    expected: { model: 'anthropic.claude-3-5-sonnet-20241022-v2:0', userId: '', streamed: false },
  },
  {
    name: 'Vertex names a partner model with a version behind an at sign',
    format: 'anthropic-messages',
    path: '/v1/projects/p/locations/l/publishers/anthropic/models/claude-sonnet-4-5@20250929:streamRawPredict',
    body: { anthropic_version: 'vertex-2023-10-16', messages: [] },
    expected: { model: 'claude-sonnet-4-5@20250929', userId: '', streamed: true },
  },
  {
    name: 'fields of the wrong type are not there',
    format: 'openai-chat',
    path: '/v1/chat/completions',
    body: { model: 7, user: ['x'], stream: 'yes' },
    expected: { model: '', userId: '', streamed: false },
  },
];

describe('readRequest', () => {
  it.each(rows)('$name', ({ format, path, body, expected }) => {
    expect(readRequest(format, path, json(body))).toEqual({ ...expected, countedInput: null });
  });

  const long = 'lorem "ipsum" \\ {"model":"wrong"} '.repeat(400);

  it('finds what stands before and behind a middle that was cut out', () => {
    const text = JSON.stringify({
      model: 'gpt-4o',
      messages: [{ role: 'user', content: long }],
      user: 'u-9',
      stream: true,
    });
    expect(readRequest('openai-chat', '/v1/chat/completions', cut(text, 200, 200))).toMatchObject({
      model: 'gpt-4o',
      userId: 'u-9',
      streamed: true,
    });
  });

  it('finds a model that stands behind the cut, not the one that a message quotes', () => {
    const text = JSON.stringify({
      messages: [{ role: 'user', content: long }],
      model: 'claude-opus-4-1',
      metadata: { user_id: 'u' },
    });
    expect(readRequest('anthropic-messages', '/v1/messages', cut(text, 300, 120))).toMatchObject({
      model: 'claude-opus-4-1',
      userId: 'u',
    });
  });

  it.each(['', 'not json', '[]', 'null', '{"model"', '{"model":"gpt', '%E0%A4%A'])('nothing is made of %j', (head) => {
    const body = { kind: 'cut', value: undefined, closed: false, text: head } as const;
    expect(readRequest('openai-chat', '/v1/models/%E0%A4%A:x', body).model).toBe('%E0%A4%A');
  });

  it('the model of a form with a file, also where the file was cut out of the middle', () => {
    const field = (name: string, value: string) =>
      `--xYz\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
    const file = `--xYz\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\nContent-Type: audio/wav\r\n\r\nRIFF{"model":"no"}${'\u0000'.repeat(5000)}\r\n`;
    const contentType = 'multipart/form-data; boundary=xYz';
    const first = `${field('model', 'gpt-4o-transcribe')}${file}${field('stream', 'true')}--xYz--\r\n`;
    const last = `${file}${field('model', 'gpt-4o-transcribe')}${field('stream', 'true')}--xYz--\r\n`;
    for (const text of [first, last]) {
      for (const body of [cut(text, text.length, 0, contentType), cut(text, 300, 300, contentType)]) {
        const facts = readRequest('openai-transcriptions', '/v1/audio/transcriptions', body);
        expect(facts).toMatchObject({ model: 'gpt-4o-transcribe', streamed: true });
      }
    }
  });
});
