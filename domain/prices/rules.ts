import type { ModelAlias } from './alias.ts';
import { matchesGlob, weightOf } from './glob.ts';
import type { PriceOverride } from './override.ts';

/** An override or alias with its name: `id@version`, 0 for what spendlens.yaml declares. */
export interface Named<Value> {
  readonly id: string;
  readonly version: number;
  readonly value: Value;
}

/** What the user says about prices, ready to be asked. */
export interface PriceRules {
  /** Those that are meant first, first. */
  readonly overrides: readonly Named<PriceOverride>[];
  readonly aliases: readonly Named<ModelAlias>[];
}

export const noRules: PriceRules = { overrides: [], aliases: [] };

/** The file's before the dashboard's; then whoever names the model, and the provider, more exactly; then the newer. */
export function orderRules(file: PriceRules, dashboard: PriceRules): PriceRules {
  return {
    overrides: [...file.overrides.toSorted(byOverride), ...dashboard.overrides.toSorted(byOverride)],
    aliases: [...file.aliases.toSorted(byAlias), ...dashboard.aliases.toSorted(byAlias)],
  };
}

function byOverride(a: Named<PriceOverride>, b: Named<PriceOverride>): number {
  return (
    weightOf(b.value.model) - weightOf(a.value.model) ||
    weightOf(b.value.provider) - weightOf(a.value.provider) ||
    (b.value.from ?? '').localeCompare(a.value.from ?? '') ||
    a.id.localeCompare(b.id)
  );
}

function byAlias(a: Named<ModelAlias>, b: Named<ModelAlias>): number {
  return (
    weightOf(b.value.name) - weightOf(a.value.name) ||
    weightOf(b.value.provider) - weightOf(a.value.provider) ||
    a.id.localeCompare(b.id)
  );
}

/** The override that holds for a call under one of `names`. */
export function findOverride(
  rules: PriceRules,
  provider: string,
  names: readonly string[],
  at: Date,
): Named<PriceOverride> | null {
  const day = at.toISOString().slice(0, 10);
  const found = rules.overrides.find(
    ({ value }) =>
      (value.from === undefined || day >= value.from) &&
      (value.to === undefined || day < value.to) &&
      matchesGlob(value.provider, provider) &&
      names.some((name) => matchesGlob(value.model, name)),
  );
  return found ?? null;
}

/** Whose prices hold for a name, where the user says so. */
export function findAlias(
  rules: PriceRules,
  provider: string,
  name: string,
): { provider: string; model: string } | null {
  const found = rules.aliases.find(
    ({ value }) => matchesGlob(value.provider, provider) && matchesGlob(value.name, name),
  );
  if (!found) return null;
  const [target = '', ...rest] = found.value.priceAs.split('/');
  const model = rest.join('/');
  return { provider: target, model: model === '*' ? name : model };
}
