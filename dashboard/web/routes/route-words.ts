import type { ConfigEntry } from '../../../domain/money-api.ts';
import { type RouteValue, routeValue } from '../../../domain/routes-api.ts';
import { strategyTitles } from '../drawer/routing-words.ts';
import { plural } from '../format/number.ts';

/** Null for what an older or newer program wrote. */
export const readRoute = ({ value }: ConfigEntry): RouteValue | null => routeValue.safeParse(value).data ?? null;

/** `openai/gpt-4o-mini ×3, groq/llama-3.1-8b-instant`; weights where they count. */
export function targetWords({ targets, strategy }: Pick<RouteValue, 'targets' | 'strategy'>): string {
  const isWeighted = strategy === 'weighted';
  return targets.map(({ model, weight }) => (isWeighted ? `${model} ×${weight}` : model)).join(', ');
}

export function ruleWords({ rules }: RouteValue): string {
  return rules.length === 0 ? '' : plural(rules.length, 'rule');
}

/** An entry in one line, for its history and before it is deleted. */
export function routeText(entry: ConfigEntry): string {
  const value = readRoute(entry);
  if (value === null) return 'not readable by this version';
  const rules = value.rules.map(({ when, targets, strategy }) => {
    const change = [targets === undefined ? '' : targetWords({ targets, strategy: strategy ?? value.strategy })];
    if (strategy !== undefined) change.push(strategyTitles[strategy].toLowerCase());
    return `if ${when}: ${change.filter(Boolean).join(', ')}`;
  });
  return [value.name, strategyTitles[value.strategy], targetWords(value), ...rules].join(' · ');
}
