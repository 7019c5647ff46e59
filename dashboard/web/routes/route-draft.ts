import type { RouteValue } from '../../../domain/routes-api.ts';
import type { RouteStrategy } from '../../../domain/routing/strategy.ts';

/** A route as it is being typed; `key` tells rows apart while they come and go. */
export interface TargetDraft {
  readonly key: number;
  readonly model: string;
  readonly weight: string;
  readonly contextWindow: string;
  readonly images: boolean;
}

export interface RuleDraft {
  readonly key: number;
  readonly when: string;
  /** None: those of the route. */
  readonly targets: readonly TargetDraft[];
  /** '' = that of the route. */
  readonly strategy: RouteStrategy | '';
}

export interface RouteDraft {
  readonly name: string;
  readonly strategy: RouteStrategy;
  readonly targets: readonly TargetDraft[];
  readonly rules: readonly RuleDraft[];
}

export const emptyTarget: Omit<TargetDraft, 'key'> = { model: '', weight: '1', contextWindow: '', images: true };
export const emptyRule: Omit<RuleDraft, 'key'> = { when: '', targets: [], strategy: '' };
export const emptyRoute: RouteDraft = {
  name: '',
  strategy: 'priority',
  targets: [{ key: 0, ...emptyTarget }],
  rules: [],
};

export function nextKey(rows: readonly { readonly key: number }[]): number {
  return Math.max(-1, ...rows.map(({ key }) => key)) + 1;
}

export function routeDraft({ name, strategy, targets, rules }: RouteValue): RouteDraft {
  return {
    name,
    strategy,
    targets: targets.map(targetDraft),
    rules: rules.map((rule, key) => ({
      key,
      when: rule.when,
      targets: (rule.targets ?? []).map(targetDraft),
      strategy: rule.strategy ?? '',
    })),
  };
}

function targetDraft(target: RouteValue['targets'][number], key: number): TargetDraft {
  const { model, weight, contextWindow, images } = target;
  return { key, model, weight: String(weight), contextWindow: contextWindow?.toString() ?? '', images: images ?? true };
}

/** As it goes to the server, which checks it: a number that is none goes as the text that it is. */
export function routeOf({ name, strategy, targets, rules }: RouteDraft): object {
  return {
    name: name.trim(),
    strategy,
    targets: targets.map(targetOf),
    rules: rules.map((rule) => ({
      when: rule.when.trim(),
      ...(rule.targets.length === 0 ? {} : { targets: rule.targets.map(targetOf) }),
      ...(rule.strategy === '' ? {} : { strategy: rule.strategy }),
    })),
  };
}

function targetOf({ model, weight, contextWindow, images }: TargetDraft): object {
  return {
    model: model.trim(),
    weight: numberIn(weight),
    ...(contextWindow.trim() === '' ? {} : { contextWindow: numberIn(contextWindow) }),
    // What takes images is not said: nobody knows for sure.
    ...(images ? {} : { images: false }),
  };
}

function numberIn(text: string): number | string {
  const number = Number(text.replaceAll(/[\s,]/g, ''));
  return text.trim() === '' || !Number.isFinite(number) ? text : number;
}
