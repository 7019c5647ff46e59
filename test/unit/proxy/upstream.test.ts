import { describe, expect, it } from 'vitest';
import { parseConfig, providersOf } from '../../../domain/config.ts';
import { createTargetRules } from '../../../proxy/routed/target-rules.ts';
import { createResolver } from '../../../proxy/upstream.ts';

const resolver = createResolver(
  providersOf(
    parseConfig(
      "providers:\n  acme: { baseUrl: 'https://llm.acme.test/api/', style: anthropic }\n  eu: { baseUrl: 'https://{zone}.eu.acme.test/x' }\n  local: { baseUrl: 'http://[::1]:9000' }\n",
      'spendlens.yaml',
    ),
  ),
  createTargetRules({ allow: ['llm.example', '*.corp.example', 'odd.example:8443'], allowPrivate: false }),
);

function goes(url: string, host = '127.0.0.1:8787', anthropic = false): string {
  const resolution = resolver.resolve(host, url, anthropic);
  if (resolution.kind === 'unknown') return `unknown: ${resolution.message}`;
  const { provider, upstream, path } = resolution.destination;
  return `${provider.name} ${upstream}${path}`;
}

describe('a path goes', () => {
  it.each([
    ['/openai/v1/chat/completions', 'openai https://api.openai.com/v1/chat/completions'],
    ['/openai', 'openai https://api.openai.com/'],
    ['/openai?x=1', 'openai https://api.openai.com/?x=1'],
    ['/anthropic/v1/messages?beta=true', 'anthropic https://api.anthropic.com/v1/messages?beta=true'],
    [
      '/google/v1beta/models/m:generateContent?key=k',
      'google https://generativelanguage.googleapis.com/v1beta/models/m:generateContent?key=k',
    ],
    [
      '/bedrock/us-east-1/model/a%3A0/invoke',
      'bedrock https://bedrock-runtime.us-east-1.amazonaws.com/model/a%3A0/invoke',
    ],
    ['/azure/My-Resource/openai/deployments/d/x', 'azure https://my-resource.openai.azure.com/openai/deployments/d/x'],
    ['/vertex/europe-west1/v1/projects/p', 'vertex https://europe-west1-aiplatform.googleapis.com/v1/projects/p'],
    ['/vertex/global/v1/projects/p', 'vertex https://aiplatform.googleapis.com/v1/projects/p'],
    ['/groq/openai/v1/models', 'groq https://api.groq.com/openai/v1/models'],
    ['/acme/v1/messages', 'acme https://llm.acme.test/api/v1/messages'],
    ['/eu/one/v1', 'eu https://one.eu.acme.test/x/v1'],
    ['/local/v1', 'local http://[::1]:9000/v1'],
    ['/v1/chat/completions', 'openai https://api.openai.com/v1/chat/completions'],
    ['/v1/responses/r', 'openai https://api.openai.com/v1/responses/r'],
    ['/v1', 'openai https://api.openai.com/v1'],
    ['/v1/messages', 'anthropic https://api.anthropic.com/v1/messages'],
    ['/v1/messages/count_tokens', 'anthropic https://api.anthropic.com/v1/messages/count_tokens'],
    ['/v1/messages_of_others', 'openai https://api.openai.com/v1/messages_of_others'],
    [
      '/v1beta/models/m:generateContent',
      'google https://generativelanguage.googleapis.com/v1beta/models/m:generateContent',
    ],
    ['/v1/gateway/oai/v1/models', 'openai https://api.openai.com/v1/models'],
    ['/v1/gateway/anthropic/v1/messages', 'anthropic https://api.anthropic.com/v1/messages'],
    ['/v1/gateway/groq/openai/v1/models', 'groq https://api.groq.com/openai/v1/models'],
  ])('%s to %s', (url, expected) => {
    expect(goes(url)).toBe(expected);
  });

  it.each([
    '/',
    '/v2/x',
    '/v1x',
    '/OpenAI/v1',
    '/openai.com/v1',
    '/v1/gateway/none/x',
    'http://evil.example/openai',
    '*',
  ])('%s nowhere', (url) => {
    expect(goes(url)).toMatch(/^unknown: .*the path must begin with a provider/);
  });

  it.each(['', 'a.b', '%61', 'a%2fb', '-a', 'a-', 'a:80', 'a@b', 'a#', 'x'.repeat(64), 'ä', '.', '..'])(
    'not to the host label %j',
    (label) => {
      expect(goes(`/azure/${label}/x`)).toMatch(/^unknown: expected \{resource\} after \/azure, as one host label/);
    },
  );
});

describe('a host name goes', () => {
  it.each([
    ['oai.spend.example', '/v1/models', 'openai https://api.openai.com/v1/models'],
    ['ANTHROPIC.spend.example:443', '/v1/messages', 'anthropic https://api.anthropic.com/v1/messages'],
    ['groq.spend.example', '/openai/v1/models', 'groq https://api.groq.com/openai/v1/models'],
    ['deepseek.spend.example', '/anthropic/v1/messages', 'deepseek https://api.deepseek.com/anthropic/v1/messages'],
    [
      'bedrock.spend.example',
      '/us-west-2/model/m/invoke',
      'bedrock https://bedrock-runtime.us-west-2.amazonaws.com/model/m/invoke',
    ],
    ['gateway.spend.example', '/openai/v1/models', 'openai https://api.openai.com/v1/models'],
    ['groq', '/openai/v1/models', 'openai https://api.openai.com/v1/models'],
    ['localhost:8787', '/openai/v1/models', 'openai https://api.openai.com/v1/models'],
    ['[::1]:8787', '/openai/v1/models', 'openai https://api.openai.com/v1/models'],
  ])('%s%s to %s', (host, url, expected) => {
    expect(goes(url, host)).toBe(expected);
  });
});

it('a request with Anthropic’s headers goes to Anthropic where the path does not say', () => {
  expect(goes('/v1/models', undefined, true)).toBe('anthropic https://api.anthropic.com/v1/models');
  expect(goes('/openai/v1/models', undefined, true)).toBe('openai https://api.openai.com/v1/models');
});

describe('a target of the caller’s', () => {
  const target = (address: string) => {
    const resolution = resolver.resolveTarget(address, '/v1/x');
    return resolution.kind === 'found'
      ? `${resolution.destination.provider.name} ${resolution.destination.upstream}${resolution.destination.path}`
      : 'refused';
  };
  it.each([
    ['https://api.openai.com', 'openai https://api.openai.com/v1/x'],
    ['https://api.openai.com/v1', 'openai https://api.openai.com/v1/x'],
    ['https://api.groq.com/openai/v1', 'groq https://api.groq.com/openai/v1/x'],
    ['https://res.openai.azure.com', 'azure https://res.openai.azure.com/v1/x'],
    ['https://llm.example/api', 'llm.example https://llm.example/api/v1/x'],
    ['http://LLM.example.', 'llm.example. http://llm.example./v1/x'],
    ['https://a.corp.example', 'a.corp.example https://a.corp.example/v1/x'],
    ['https://odd.example:8443', 'odd.example:8443 https://odd.example:8443/v1/x'],
    ['https://odd.example', 'refused'],
    ['https://llm.example:8443', 'refused'],
    ['https://corp.example', 'refused'],
    ['https://evilcorp.example', 'refused'],
    ['https://a.corp.example.evil.example', 'refused'],
    ['https://u:p@llm.example', 'refused'],
    ['ftp://llm.example', 'refused'],
    ['http://api.openai.com', 'refused'],
    ['https://api.openai.com:444', 'refused'],
    ['https://api.openai.com@evil.example', 'refused'],
    ['https://a.b.openai.azure.com', 'refused'],
    ['https://evil.example/.openai.azure.com', 'refused'],
    ['http://169.254.169.254', 'refused'],
    ['nonsense', 'refused'],
  ])('%s is %s', (address, expected) => {
    expect(target(address)).toBe(expected);
  });
});
