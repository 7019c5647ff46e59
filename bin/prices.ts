import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { SpendlensError } from '../domain/error.ts';
import { installedCatalogue, type ModelPrices } from '../domain/prices/catalogue.ts';
import { type CatalogueChange, diffCatalogues, readCatalogueFile } from '../domain/prices/catalogue-file.ts';
import { listPrices } from '../domain/prices/find-prices.ts';
import { matchesGlob } from '../domain/prices/glob.ts';
import { PRICE_VERSION } from '../domain/prices/priced.ts';
import { compareWith, type Disagreement, secondList, settlements } from '../domain/prices/second-list.ts';
import { builtInProviders } from '../domain/providers.ts';
import { EXIT_CONFIG } from '../process/messages.ts';
import { countWithTokenizers } from '../test/estimate/counts-file.ts';
import { printEstimateErrors } from '../test/estimate/print.ts';

const USAGE = `usage: npm run prices -- list [--provider NAME] [--model PATTERN]   what is priced, and how many models of how many providers
       npm run prices -- check [--file LIST]                       compares with a second price list; each difference with its verdict
       npm run prices -- update --file FILE                        what a newer data file of genai-prices would change; changes nothing
       npm run prices -- estimates [--tokenizers FOLDER]               how far our own token counts are from real ones; counts again with the packages in FOLDER`;

const FIXTURES = join(import.meta.dirname, '..', 'test', 'fixtures', 'prices');

const say = (line: string) => process.stdout.write(`${line}\n`);

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      file: { type: 'string' },
      provider: { type: 'string' },
      model: { type: 'string' },
      tokenizers: { type: 'string' },
    },
  });
  const [command = 'list'] = positionals;
  if (command === 'list') list(values.provider ?? '*', values.model ?? '*');
  else if (command === 'check') await check(values.file ?? join(FIXTURES, 'portkey.json'));
  else if (command === 'estimates') await estimates(values.tokenizers);
  else if (command === 'update' && values.file !== undefined) await update(values.file);
  else throw new SpendlensError('config_invalid', USAGE);
}

function list(providerPattern: string, modelPattern: string): void {
  const now = new Date();
  const totals = { providers: 0, models: 0, cache: 0, tiers: 0, audio: 0, ours: 0 };
  say(PRICE_VERSION);
  for (const { name } of builtInProviders.filter((provider) => matchesGlob(providerPattern, provider.name))) {
    const models = listPrices(name, now).filter(({ model }) => matchesGlob(modelPattern, model));
    if (models.length === 0) continue;
    const counts = countsOf(models);
    say(
      `${name.padEnd(12)} ${String(models.length).padStart(4)} models: ${counts.cache} with cache, ${counts.tiers} with tier, ` +
        `${counts.audio} with audio prices, ${counts.ours} from our own table`,
    );
    if (providerPattern !== '*' || modelPattern !== '*') for (const model of models) say(`  ${describe(model)}`);
    totals.providers++;
    totals.models += models.length;
    totals.cache += counts.cache;
    totals.tiers += counts.tiers;
    totals.audio += counts.audio;
    totals.ours += counts.ours;
  }
  say(
    `${totals.models} models of ${totals.providers} providers: ${totals.cache} with cache prices, ${totals.tiers} with tiers of size, ` +
      `${totals.audio} with audio prices, ${totals.ours} priced or mended by our own table`,
  );
}

function countsOf(models: readonly ModelPrices[]) {
  const count = (has: (model: ModelPrices) => boolean) => models.filter(has).length;
  return {
    cache: count(({ of }) => of.cacheRead !== undefined || of.cacheWrite5m !== undefined),
    tiers: count(({ of }) => Object.values(of).some(({ tiers }) => tiers.length > 0)),
    audio: count(
      ({ of }) => of.audioInput !== undefined || of.audioOutput !== undefined || of.audio_second !== undefined,
    ),
    ours: count(({ origin, sources }) => origin !== '' || Object.keys(sources).length > 0),
  };
}

function describe({ model, of, from, hours, origin }: ModelPrices): string {
  const prices = Object.entries(of).map(([item, { base, tiers }]) =>
    pieces.has(item)
      ? `${item} $${Number(base) / 1e12} each`
      : `${item} ${dollars(base)}${tiers.map(({ above, price }) => `/${dollars(price)}>${above}`).join('')}`,
  );
  const notes = [from && `since ${from}`, hours, origin].filter((note) => note !== '');
  return `${model}: ${prices.join(', ')}${notes.length > 0 ? `  (${notes.join('; ')})` : ''}`;
}

const pieces: ReadonlySet<string> = new Set(['web_search', 'file_search', 'request', 'audio_second']);

/** Pico-dollars a token as dollars a million, which is how providers print them. */
function dollars(pico: bigint): string {
  return `$${String(Number(pico) / 1_000_000)}`;
}

async function estimates(folder: string | undefined): Promise<void> {
  if (folder !== undefined) await countWithTokenizers(resolve(folder), new Date().toISOString().slice(0, 10));
  await printEstimateErrors(say);
}

async function check(path: string): Promise<void> {
  const other = secondList.parse(JSON.parse(await readFile(path, 'utf8')));
  const settled = settlements.parse(JSON.parse(await readFile(join(FIXTURES, 'settled.json'), 'utf8')));
  const { models, figures, disagreements } = compareWith(other, new Date());
  say(`${other.source}, read ${other.read}`);
  let unsettled = 0;
  let open = 0;
  for (const found of disagreements) {
    const about = `${found.provider}/${found.model} ${found.item}`;
    const verdict = settled.find((settlement) => matchesGlob(settlement.about, about));
    if (verdict === undefined) unsettled++;
    if (verdict?.verdict === 'open') open++;
    say(`${about}: ${difference(found)}: ${verdict ? `${verdict.verdict}, ${verdict.why}` : 'NOT SETTLED'}`);
  }
  say(
    `${figures} figures of ${models} models compared, ${disagreements.length} differ: ${disagreements.length - open - unsettled} settled, ` +
      `${open} open (docs/prices.md), ${unsettled} not settled`,
  );
  if (unsettled > 0) process.exitCode = 1;
}

function difference({ item, ours, theirs }: Disagreement): string {
  if (item === 'model') return 'no price here';
  return `${ours === null ? 'none' : dollars(ours)} here, ${theirs === null ? 'none' : dollars(theirs)} there`;
}

async function update(path: string): Promise<void> {
  const changes = diffCatalogues(installedCatalogue(), readCatalogueFile(await readFile(path, 'utf8'), path));
  for (const change of changes) say(`${change.kind.padEnd(8)} ${change.provider}/${change.model}${figuresOf(change)}`);
  const count = (kind: CatalogueChange['kind']) => changes.filter((change) => change.kind === kind).length;
  say(
    `${count('added')} models added, ${count('removed')} removed, ${count('changed')} with other prices. Nothing was changed here.`,
  );
}

function figuresOf({ figures }: CatalogueChange): string {
  return figures.map((figure) => `\n           ${figure}`).join('');
}

// `| head` closes the pipe when it has seen enough.
process.stdout.on('error', () => process.exit(0));

main().catch((error: unknown) => {
  process.stderr.write(`spendlens prices: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof SpendlensError && !error.retryable ? EXIT_CONFIG : 1;
});
