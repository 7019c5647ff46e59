import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { z } from 'zod';
import { SpendlensError } from '../../domain/error.ts';
import type { Sample } from '../fixtures/estimate/sample.ts';
import { type Talk, talks } from '../fixtures/estimate/talks.ts';
import { type Counted, type PublicTokenizer, publicTokenizers, sampleOf } from './public-tokenizers.ts';

const FILE = join(import.meta.dirname, '..', 'fixtures', 'estimate', 'tokenizers.json');

const countsFile = z.object({
  /** Of the texts that were counted. */
  sha256: z.string(),
  counted: z.iso.date(),
  tokenizers: z.array(
    z.object({
      package: z.string(),
      version: z.string(),
      counts: z.record(z.string(), z.object({ input: z.int(), output: z.int() })),
    }),
  ),
});

const sha256OfTalks = () => createHash('sha256').update(JSON.stringify(talks)).digest('hex');

/** What the public tokenizers counted. Throws where the texts have changed since. */
export async function samplesOfTokenizers(): Promise<readonly Sample[]> {
  const file = countsFile.parse(JSON.parse(await readFile(FILE, 'utf8')));
  if (file.sha256 !== sha256OfTalks()) {
    throw new SpendlensError(
      'config_invalid',
      'the texts are not those that were counted: npm run prices -- estimates --tokenizers FOLDER counts them again',
    );
  }
  return file.tokenizers.flatMap(({ package: name, version, counts }) =>
    talks.flatMap((talk) => {
      const tokenizer = publicTokenizers.find((one) => one.package === name);
      const counted = counts[talk.name];
      return tokenizer && counted ? [sampleOf(tokenizer, version, talk, counted)] : [];
    }),
  );
}

/** Counts again with the packages that are installed in a folder, and writes the file. */
export async function countWithTokenizers(folder: string, day: string): Promise<void> {
  const load = createRequire(join(folder, 'package.json'));
  const tokenizers = publicTokenizers.map((tokenizer) => ({
    package: tokenizer.package,
    version: versionOf(load, tokenizer.package),
    counts: countAll(tokenizer, load),
  }));
  const file: z.infer<typeof countsFile> = { sha256: sha256OfTalks(), counted: day, tokenizers };
  await writeFile(FILE, `${JSON.stringify(file, null, 2)}\n`);
}

interface TokenizerPackage {
  fromPreTrained(): { encode(text: string, options: { add_special_tokens: boolean }): readonly number[] };
}

function countAll(tokenizer: PublicTokenizer, load: NodeJS.Require): Readonly<Record<string, Counted>> {
  const loaded: TokenizerPackage = load(tokenizer.package);
  const encoder = loaded.fromPreTrained();
  const count = (text: string) => encoder.encode(text, { add_special_tokens: false }).length;
  return Object.fromEntries(
    talks.map(({ name, turns, answer }: Talk) => [
      name,
      { input: count(tokenizer.prompt(turns)), output: count(answer + tokenizer.end) },
    ]),
  );
}

function versionOf(load: NodeJS.Require, name: string): string {
  const main = load.resolve(name);
  const root = main.slice(0, main.lastIndexOf(name) + name.length);
  return z.object({ version: z.string() }).parse(load(join(root, 'package.json'))).version;
}
