import { z } from 'zod';
import { compileExpression, type Expression } from './expression.ts';
import { type RouteStrategy, routeStrategy } from './strategy.ts';

export const routeTarget = z.strictObject(
  {
    model: z
      .string({ error: 'PROVIDER/MODEL' })
      .max(200, 'at most 200 characters')
      .regex(/^[a-z][a-z0-9-]{0,31}\/[^\0\s]+$/, 'PROVIDER/MODEL'),
    weight: z.number({ error: 'a number' }).positive('more than 0').max(1_000_000).default(1),
    /** False where it takes no images: the catalogue does not know. */
    images: z.boolean({ error: 'true or false' }).optional(),
    /** In tokens, where the catalogue does not know or is wrong. */
    contextWindow: z.number({ error: 'a number of tokens' }).int().min(1).max(1e9).optional(),
  },
  { error: 'a map with the keys model, weight, images, contextWindow' },
);
export type RouteTarget = z.infer<typeof routeTarget>;

const targets = z
  .array(routeTarget, { error: 'a list of targets' })
  .min(1, 'at least one target')
  .max(10, 'at most 10 targets')
  .superRefine((list, context) => {
    for (const [index, { model }] of list.entries()) {
      if (list.findIndex((each) => each.model === model) < index) {
        context.addIssue({ code: 'custom', path: [index, 'model'], message: 'a target that no other names' });
      }
    }
  });

const expression = z
  .string({ error: 'an expression in CEL' })
  .max(2_000, 'at most 2,000 characters')
  .superRefine((text, context) => {
    const compiled = compileExpression(text);
    if ('fault' in compiled) {
      context.addIssue({
        code: 'custom',
        message: `an expression in CEL that can be true or false: ${compiled.fault}`,
      });
    }
  });

const rule = z
  .strictObject(
    { when: expression, targets: targets.optional(), strategy: routeStrategy.optional() },
    { error: 'a map with the keys when, targets, strategy' },
  )
  .refine((each) => each.targets !== undefined || each.strategy !== undefined, 'targets, a strategy, or both');

const shape = z.strictObject(
  {
    /** What apps ask for as `model`. */
    name: z
      .string({ error: 'the name that apps ask for' })
      .regex(/^[A-Za-z0-9][\w.:-]{0,127}$/, 'a name of letters, digits, and . _ : -, at most 128')
      .refine((name) => !SUFFIX.test(name), 'a name without :floor or :nitro at its end'),
    targets,
    strategy: routeStrategy.default('priority'),
    /** The first one that holds decides instead. */
    rules: z.array(rule, { error: 'a list of rules' }).max(20, 'at most 20 rules').default([]),
  },
  { error: 'a map with the keys id, name, targets, strategy, rules' },
);
/** A virtual model: who may answer for it, and how one of them is chosen. */
export const route = shape;
export type Route = z.infer<typeof route>;

/** As spendlens.yaml declares it. */
export const declaredRoute = shape.extend({
  id: z.string({ error: 'an id' }).regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'a–z, 0–9 and hyphens, at most 64'),
});

/** Wishes behind a plain model's name: the cheapest that serves it, and the fastest. */
const SUFFIX = /:(floor|nitro)$/;

/** What a name with a suffix asks for; null for a name without one. */
export function readSuffix(name: string): { readonly model: string; readonly strategy: RouteStrategy } | null {
  const suffix = SUFFIX.exec(name)?.[1];
  if (suffix === undefined) return null;
  const strategy = suffix === 'floor' ? 'price' : 'latency';
  return { model: name.slice(0, -suffix.length - 1), strategy };
}

/** A route whose expressions are ready to be asked. */
export interface CompiledRoute {
  /** '' for what a suffix asks for. */
  readonly id: string;
  readonly targets: readonly RouteTarget[];
  readonly strategy: RouteStrategy;
  readonly rules: readonly CompiledRule[];
}

export interface CompiledRule {
  readonly when: string;
  readonly holds: Expression;
  readonly targets: readonly RouteTarget[];
  readonly strategy: RouteStrategy;
}

export function compileRoute(id: string, { targets: own, strategy, rules }: Route): CompiledRoute {
  const compiled = rules.flatMap((each) => {
    const holds = compileExpression(each.when);
    if ('fault' in holds) return [];
    return [{ when: each.when, holds, targets: each.targets ?? own, strategy: each.strategy ?? strategy }];
  });
  return { id, targets: own, strategy, rules: compiled };
}
