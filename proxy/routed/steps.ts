import { leadsOn } from '../../domain/routing/conditions.ts';
import type { Failure } from '../../domain/routing/failure.ts';
import { type RetrySettings, retryDelay } from './retry.ts';
import type { RetryBudget } from './retry-budget.ts';
import type { Target } from './target.ts';

export interface Step {
  readonly target: Target;
  readonly waitMs: number;
  /** True for the call that leaves out what we had added. */
  readonly isPlain: boolean;
}

export interface Steps {
  readonly first: Target;
  /** What to do after a failure; null where its answer is the app's to have. */
  after(failure: Failure): Step | null;
  /** Whether anything could follow a call's error, and an answer that says nothing. */
  mayFollow(): { readonly error: boolean; readonly answer: boolean };
}

export interface StepsOptions {
  readonly targets: readonly [Target, ...Target[]];
  readonly retry: RetrySettings | null;
  readonly isIdempotent: boolean;
  readonly budget: RetryBudget;
  readonly random: () => number;
  /** Told of a target that could have been asked again. */
  readonly onBudgetSpent: (target: Target) => void;
}

/** The same target again where that may help, else the next one. */
export function createSteps(options: StepsOptions): Steps {
  const { targets, retry, isIdempotent, budget, random, onBudgetSpent } = options;
  let position = 0;
  let made = 1;
  let isPlain = false;
  let target: Target = targets[0];

  function again(failure: Failure): Step | null {
    if (retry === null || made > retry.num || !mayRepeat(failure, isIdempotent)) return null;
    const waitMs = retryDelay(retry, made, failure.askedMs, random);
    if (waitMs === null) return null;
    if (!budget.spend(target.destination.upstream)) {
      onBudgetSpent(target);
      return null;
    }
    made++;
    return { target, waitMs, isPlain };
  }

  function onward(failure: Failure): Step | null {
    const next = targets[position + 1];
    if (next === undefined || !leadsOn(target.leadsOnWhen, failure)) return null;
    position++;
    made = 1;
    isPlain = false;
    target = next;
    return { target, waitMs: 0, isPlain };
  }

  return {
    first: targets[0],
    after(failure) {
      if (failure.isOurFault && !isPlain) {
        isPlain = true;
        return { target, waitMs: 0, isPlain };
      }
      return again(failure) ?? onward(failure);
    },
    mayFollow() {
      const answer = position + 1 < targets.length;
      return { error: answer || (retry !== null && made <= retry.num), answer };
    },
  };
}

/** What the provider may have worked on already is not blindly asked, and paid for, a second time. */
function mayRepeat({ cause, status, mayHaveRun, isFinal }: Failure, isIdempotent: boolean): boolean {
  if (isFinal) return false;
  switch (cause) {
    case 'status':
      return status === 429 || (status !== null && status >= 500);
    case 'unreachable':
    case 'timeout':
    case 'reset':
      return isIdempotent || !mayHaveRun;
    case 'context_window':
    case 'content_policy':
    case 'in_body':
    case 'empty':
    case 'malformed':
    case 'target':
      return false;
  }
}
