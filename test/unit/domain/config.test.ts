import { describe, expect, it } from 'vitest';
import { parseConfig, providersOf, rulesOf } from '../../../domain/config.ts';
import { SpendlensError } from '../../../domain/error.ts';
import { builtInProviders } from '../../../domain/providers.ts';

function faultsOf(text: string): string {
  try {
    parseConfig(text, 'spendlens.yaml');
  } catch (error) {
    if (error instanceof SpendlensError && error.code === 'config_invalid') return error.message;
    throw error;
  }
  return 'none';
}

describe('a configuration', () => {
  it.each(['', '# nothing\n', 'providers:\n', 'providers: {}\n'])('of %j is that of the built-in providers', (text) => {
    expect(providersOf(parseConfig(text, 'f'))).toEqual(builtInProviders);
  });

  it('changes built-in providers and adds new ones', () => {
    const text = `providers:
  openai: { baseUrl: https://proxy.example/openai }
  vertex: { baseUrl: 'https://{location}.vertex.example' }
  acme:
    baseUrl: http://10.0.0.7:9000/api
    style: anthropic
    title: Acme
    timeouts: { idleMs: 5000 }
`;
    const providers = new Map(providersOf(parseConfig(text, 'f')).map((provider) => [provider.name, provider]));
    expect(providers.get('openai')).toMatchObject({ baseUrl: 'https://proxy.example/openai', title: 'OpenAI' });
    expect(providers.get('vertex')).not.toHaveProperty('exceptions');
    expect(providers.get('acme')).toEqual({
      name: 'acme',
      title: 'Acme',
      baseUrl: 'http://10.0.0.7:9000/api',
      style: 'anthropic',
      hostLabels: ['acme'],
      apiPath: '/v1',
      streamUsage: false,
      keyFrom: '',
      timeouts: { connectMs: 10_000, firstByteMs: 3_600_000, idleMs: 5_000 },
    });
    expect(providers.size).toBe(builtInProviders.length + 1);
  });
});

describe('what it says about prices', () => {
  it('is ready to be asked, the more exact pattern first', () => {
    const text = [
      'prices:',
      '  - { id: all, model: "*", percent: -15 }',
      '  - { id: llama, provider: ollama, model: "llama*", prices: { input: 0.10, output: "0.30" }, from: 2026-11-01 }',
      'models:',
      '  - { id: prod, provider: azure, name: chat-prod, priceAs: openai/gpt-4o }',
    ].join('\n');
    const rules = rulesOf(parseConfig(text, 'f'));
    expect(rules.overrides.map(({ id, version }) => `${id}@${version}`)).toEqual(['llama@0', 'all@0']);
    expect(rules.overrides[0]?.value).toMatchObject({ prices: { input: '0.1', output: '0.30' }, from: '2026-11-01' });
    expect(rules.aliases[0]?.value).toMatchObject({ name: 'chat-prod', priceAs: 'openai/gpt-4o' });
  });
});

describe('a fault is told with its place:', () => {
  it.each([
    [
      'provider: {}',
      'spendlens.yaml:1:1: provider: found this key, expected a map with the keys providers, prices, models, apps, targets, routed, fallbacks, routes, experiments',
    ],
    [
      '- a',
      'spendlens.yaml:1:1: the file: found ["a"], expected a map with the keys providers, prices, models, apps, targets, routed, fallbacks, routes, experiments',
    ],
    [
      'providers:\n  openai: { timeouts: { idleMs: 0 } }\n',
      'spendlens.yaml:2:25: providers.openai.timeouts.idleMs: found 0, expected at least 1',
    ],
    [
      'apps: { headersMs: 1.5 }',
      'spendlens.yaml:1:9: apps.headersMs: found 1.5, expected a whole number of milliseconds',
    ],
    ['providers: 7', 'spendlens.yaml:1:1: providers: found 7, expected a map of providers by name'],
    [
      'providers:\n  openai:\n    baseUrl: ftp://x\n',
      'spendlens.yaml:3:5: providers.openai.baseUrl: found "ftp://x", expected an http:// or https:// URL',
    ],
    [
      'providers:\n  openai: { baseUrl: 7 }\n',
      'spendlens.yaml:2:13: providers.openai.baseUrl: found 7, expected the text of an http:// or https:// URL',
    ],
    [
      'providers:\n  openai:\n    title: x\n    baseurl: http://x\n',
      'spendlens.yaml:4:5: providers.openai.baseurl: found this key, expected a map with the keys baseUrl, style, title, timeouts, streamUsage, keyFrom',
    ],
    [
      'providers:\n  acme:\n    style: openai\n',
      'spendlens.yaml:2:3: providers.acme: found {"style":"openai"}, expected the key baseUrl, since no built-in provider has this name',
    ],
    [
      'providers:\n  openai:\n    style: soap\n',
      'spendlens.yaml:3:5: providers.openai.style: found "soap", expected one of openai, anthropic, google, bedrock, cohere, ollama',
    ],
    [
      'providers:\n  metrics: { baseUrl: http://x }\n',
      /^spendlens\.yaml:2:3: providers\.metrics: found this key, expected another name/,
    ],
    [
      'providers:\n  Bad_Name: { baseUrl: http://x }\n',
      /^spendlens\.yaml:2:3: providers\.Bad_Name: found this key, expected a provider’s name: a–z/,
    ],
    ['providers:\n  a:\n    baseUrl: http://u:p@x\n', /expected a URL without user and password$/],
    ['providers:\n  a:\n    baseUrl: http://x/?y\n', /expected a URL without \? and #$/],
    [
      'providers:\n  a:\n    baseUrl: "https://{host}"\n',
      /expected a \{placeholder\} of letters in the host only, followed by a domain/,
    ],
    ['providers:\n  a:\n    baseUrl: "https://{host}.com"\n', /followed by a domain/],
    ['providers:\n  a:\n    baseUrl: "https://x.com/{host}"\n', /followed by a domain/],
    ['providers:\n  a:\n    baseUrl: "https://{a}.{b}.example.com"\n', /at most one \{placeholder\}$/],
    ['providers:\n  openai: {\n', /^spendlens\.yaml:\d+:\d+: not valid YAML: /],
    ['providers:\n  openai: {}\n  openai: {}\n', /^spendlens\.yaml:3:3: not valid YAML: .*unique/],
    [
      'prices:\n  - id: a\n    model: gpt-*\n    percent: -15\n    free: true\n',
      /^spendlens\.yaml:2:5: prices\.0: found .*, expected exactly one of the keys prices, percent, perRequest, free$/,
    ],
    [
      'prices:\n  - { id: a, model: "*", free: true }\n  - id: b\n    model: x\n    percent: -101\n',
      'spendlens.yaml:5:5: prices.1.percent: found -101, expected a percentage of at least -100, such as "-15"',
    ],
    [
      'prices:\n  - { id: a, model: "*", free: true }\n  - { id: a, model: x, free: true }\n',
      'spendlens.yaml:3:7: prices.1.id: found "a", expected an id that no other has',
    ],
    [
      'models:\n  - { id: a, name: prod, priceAs: gpt-4o }\n',
      /^spendlens\.yaml:2:26: models\.0\.priceAs: found "gpt-4o", expected provider\/model/,
    ],
    ['a: &a [*a, *a]\n', /^spendlens\.yaml:1:1: a: found this key/],
  ])('%j', (text, expected) => {
    if (expected instanceof RegExp) expect(faultsOf(text)).toMatch(expected);
    else expect(faultsOf(text)).toBe(expected);
  });

  it('each on a line of its own', () => {
    const text = 'providers:\n  openai: { baseUrl: x }\n  google: { style: y }\n';
    expect(faultsOf(text).split('\n')).toHaveLength(2);
  });
});
