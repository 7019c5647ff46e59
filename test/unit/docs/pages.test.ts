import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseConfig } from '../../../domain/config.ts';
import { builtInProviders } from '../../../domain/providers.ts';
import { anchorsOf, blocksOf, pages, root } from './markdown.ts';

const texts = z.record(z.string(), z.string());
const { scripts, dependencies, devDependencies } = z
  .object({ scripts: texts, dependencies: texts, devDependencies: texts })
  .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));

const found = (text: string, pattern: RegExp) => [
  ...new Set([...text.matchAll(pattern)].map(([, match = '']) => match)),
];
const page = (path: string) => pages.find((each) => each.path === path)?.text ?? '';

describe.each(pages)('$path', (each) => {
  it('names npm scripts and files of bin/ that are there', () => {
    const named = found(each.text, /\bnpm run (?:-s )?([\w:]+)/g);
    expect(named.filter((script) => !(script in scripts))).toEqual([]);
    const files = found(each.text, /\b(?:node )(bin\/[\w.]+)/g);
    expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });

  it('gives options that the command takes', () => {
    const given = each.text.matchAll(/\bnpm run (?:-s )?([\w:]+) -- ([^`\n]*)/g);
    for (const [line, script = '', rest = ''] of given) {
      const options = found(rest.replace(/\s#.*$/, ''), /(?<=^|\s|\[)--([a-z][a-z-]*)/g);
      for (const option of options) expect(optionsOf(script), line).toContain(option);
    }
  });

  it('links to what is there', () => {
    for (const link of found(each.text, /\]\((?!https?:)([^)\s]+)\)/g)) {
      const [file = '', anchor] = link.split('#');
      const path = file === '' ? each.path : relative(root, join(root, dirname(each.path), file));
      expect(existsSync(join(root, path)), link).toBe(true);
      const target = pages.find((other) => other.path === path);
      if (anchor !== undefined && target) expect(anchorsOf(target), link).toContain(anchor);
    }
  });

  it.each(blocksOf(each, 'yaml').map((block, index) => ({ block, name: `example ${index + 1}` })))(
    'has a spendlens.yaml that reads well: $name',
    ({ block }) => {
      expect(() => parseConfig(block, each.path)).not.toThrow();
    },
  );
});

/** Names of options as they stand in the code of a command and of what it hands its arguments to. */
function optionsOf(script: string): string[] {
  const name = /^node bin\/run\.mjs (\w+)$/.exec(scripts[script] ?? '')?.[1] ?? '';
  const parsed = name === 'demo' ? 'demo/options.ts' : `bin/${name}.ts`;
  return found(readFileSync(join(root, parsed), 'utf8'), /\b([a-z][a-z-]*)'?: (?:\{ type: '|(?:text|flag)\b)/g);
}

describe('README.md', () => {
  it('leads to every page', () => {
    const links = found(page('README.md'), /\]\((docs\/[^)#\s]+\.md)/g);
    expect(pages.map(({ path }) => path).filter((path) => path !== 'README.md' && !links.includes(path))).toEqual([]);
  });
});

describe('docs/configuration.md', () => {
  const text = page('docs/configuration.md');

  it('has every provider with its address', () => {
    for (const { name, baseUrl } of builtInProviders) {
      const row = text.split('\n').find((line) => new RegExp(`^\\| \`/${name}[/\`]`).test(line)) ?? '';
      expect(row.toLowerCase(), name).toContain(`\`${baseUrl.replaceAll(/[{}]/g, '')}\``);
    }
  });

  it('has every key of spendlens.yaml', () => {
    const [example = ''] = blocksOf({ path: '', text }, 'yaml');
    expect(Object.keys(parseConfig(example, 'docs')).toSorted()).toEqual(knownKeys());
  });
});

describe('spendlens.yaml.example', () => {
  const text = readFileSync(join(root, 'spendlens.yaml.example'), 'utf8');

  it.each([
    { name: 'as it is', example: text },
    { name: 'with what is commented out', example: text.replaceAll(/^# (?=[a-z]+:(?: \{|$)| {2}- )/gm, '') },
  ])('reads well $name', ({ example }) => {
    expect(() => parseConfig(example, 'spendlens.yaml.example')).not.toThrow();
  });
});

describe('docs/dependencies.md', () => {
  it('says of every package why it is here, and of none that is not', () => {
    const cells = found(page('docs/dependencies.md'), /^\| (`.*?) \|/gm).join(' ');
    const installed = Object.keys({ ...dependencies, ...devDependencies }).filter(
      (name) => !name.startsWith('@types/'),
    );
    expect(found(cells, /`([^`]+)`/g).toSorted()).toEqual(installed.toSorted());
  });
});

/** What may stand at the top of the file, as its own error says. */
function knownKeys(): string[] {
  try {
    parseConfig('- a list', 'spendlens.yaml');
    return [];
  } catch (error) {
    return (/a map with the keys (.*)$/.exec(String(error))?.[1] ?? '').split(', ').toSorted();
  }
}
