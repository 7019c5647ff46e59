import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Failure } from '../../domain/routing/failure.ts';
import type { KeptAnswer } from '../cache/kept-answer.ts';
import type { Assignment } from '../experiments.ts';
import { ownAnswerHeaders } from '../headers.ts';
import type { Passage } from '../passage.ts';
import { redactPath } from '../redact.ts';
import { answerRefusal, type Refusal } from '../refusal.ts';
import { type Attempt, startAttempt } from './attempt.ts';
import type { Dispatchers } from './dispatchers.ts';
import type { RoutedMetrics } from './metrics.ts';
import type { RoutePlan } from './plan.ts';
import type { RetryBudget } from './retry-budget.ts';
import { createSteps, type Step } from './steps.ts';
import { formatOf, type Target } from './target.ts';
import { pathFor, requestFor, type SentBody } from './target-request.ts';
import { type TargetStates, unwatched } from './target-states.ts';
import { lacksUsage } from './usage-chunk.ts';

export interface EngineParts {
  readonly dispatchers: Dispatchers;
  readonly budget: RetryBudget;
  readonly totalMs: number;
  readonly states: TargetStates;
  readonly metrics: RoutedMetrics;
}

export interface Run {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly passage: Passage;
  readonly plan: RoutePlan;
  readonly targets: readonly [Target, ...Target[]];
  /** The part that the request takes in an experiment. */
  readonly assignment: Assignment | null;
  readonly body: SentBody;
  /** Why nothing is tried a second time, as the app is told; '' where it may be. */
  readonly note: string;
  /** Of the answer, beside those that it has anyway, names and values in turn. */
  readonly moreHeaders: readonly string[];
  /** Takes the first target's answer for others, where it is good enough; null where nobody asks. */
  readonly keep: ((kept: KeptAnswer) => void) | null;
}

const idempotent: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);

/** Returns `run`, which calls one target after another until an answer is the app's to have. */
export function createEngine({ dispatchers, budget, totalMs, states, metrics }: EngineParts) {
  return async function run(options: Run): Promise<void> {
    const { req, res, passage, plan, targets, assignment, body, note, moreHeaders } = options;
    const { recording, requestId } = passage;
    const deadlineMs = performance.now() + totalMs;
    let spent = note;
    let made = 0;
    let attempt: Attempt | null = null;
    const steps = createSteps({
      targets,
      retry: plan.retry,
      isIdempotent: idempotent.has(req.method ?? ''),
      budget,
      random: Math.random,
      onBudgetSpent: ({ destination }) => {
        metrics.retry(destination.provider.name, 'held');
        spent = 'off: a tenth of the recent calls there were retries';
      },
    });
    const gone = new AbortController();
    res.once('close', () => {
      gone.abort();
      attempt?.abort();
    });

    const start = ({ target, isPlain }: Step): Attempt => {
      const { destination } = target;
      const format = formatOf(target);
      const asksUsage = plan.asksUsage && !isPlain && body.value !== null && lacksUsage(format, body.value);
      const may = steps.mayFollow();
      const holds = { error: may.error || asksUsage, answer: may.answer };
      // What stands in for another target's answer is for this request alone.
      const keep = target === targets[0] ? options.keep : null;
      const readsAnswer = holds.answer || asksUsage || keep !== null;
      made++;
      if (assignment !== null) recording.steer({ answeredVariant: target.variant });
      if (made > 1 || target.destination !== passage.destination || target.model !== '') {
        recording.aimAt(callTargetOf(target, passage));
      }
      return startAttempt({
        dispatcher: dispatchers.for(destination),
        destination,
        request: requestFor(target, {
          method: req.method ?? 'GET',
          headers: plan.headers,
          body,
          asksUsage,
          readsAnswer,
        }),
        limits: { ...destination.provider.timeouts, deadlineMs },
        res,
        recording,
        format,
        hidesUsage: asksUsage,
        holds,
        keep,
        asked: callTargetOf(target, passage),
        watch: target.stateKey === '' ? unwatched : states.began(target.stateKey),
        ownHeaders: (status) => [
          ...ownHeaders(passage, target, status, made, spent),
          ...experimentHeaders(assignment),
          ...moreHeaders,
        ],
      });
    };

    budget.called(targets[0].destination.upstream);
    for (let step: Step = { target: steps.first, waitMs: 0, isPlain: false }; ; ) {
      attempt = start(step);
      const result = await attempt.result;
      if (result.kind === 'answered') return attempt.done;
      if (result.kind === 'gone' || gone.signal.aborted) return;
      const next = inTime(steps.after(result.failure), deadlineMs);
      if (next === null) {
        if (result.answer) {
          result.answer.release();
          return attempt.done;
        }
        recording.failed(result.failure.errorKind);
        const refusal = refusalFor(result.failure, step.target);
        recording.explained(refusal.message);
        return answerRefusal(res, refusal, requestId, moreHeaders);
      }
      result.answer?.discard();
      recording.passOver(result.failure.errorKind);
      if (next.target !== step.target) budget.called(next.target.destination.upstream);
      if (!(await waited(next.waitMs, gone.signal))) return;
      count(metrics, step, next, result.failure);
      step = next;
    }
  };
}

function count(metrics: RoutedMetrics, { target, isPlain }: Step, next: Step, { cause }: Failure): void {
  const { name } = target.destination.provider;
  if (next.target !== target) metrics.fallback(name, cause);
  else if (next.isPlain === isPlain) metrics.retry(name, 'made');
}

function inTime(step: Step | null, deadlineMs: number): Step | null {
  return step !== null && performance.now() + step.waitMs < deadlineMs ? step : null;
}

/** False where the app went away meanwhile. */
function waited(ms: number, gone: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    if (gone.aborted) return resolve(false);
    const timer = setTimeout(() => resolve(true), ms);
    gone.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve(false);
    });
  });
}

function callTargetOf(target: Target, passage: Passage) {
  const { destination, model } = target;
  const path = pathFor(target);
  return {
    provider: destination.provider.name,
    upstream: destination.upstream,
    model,
    path: path === passage.destination.path ? '' : redactPath(path),
  };
}

function ownHeaders(passage: Passage, target: Target, status: number, made: number, note: string): string[] {
  const path = pathFor(target);
  const headers = ownAnswerHeaders(passage.requestId, status, { ...target.destination, path }, passage.ignored);
  // Where the path tells the model, it has been told.
  if (target.model !== '' && !headers.includes('Helicone-Model')) headers.push('Helicone-Model', target.model);
  if (target.index !== null) headers.push('Helicone-Fallback-Index', String(target.index));
  headers.push('Spendlens-Attempts', String(made));
  if (note !== '') headers.push('Spendlens-Retry', note);
  return headers;
}

function experimentHeaders(assignment: Assignment | null): string[] {
  if (assignment === null) return [];
  return ['Spendlens-Experiment', assignment.experiment, 'Spendlens-Variant', assignment.variant.name];
}

function refusalFor({ cause, message }: Failure, { destination }: Target): Refusal {
  const { style } = destination.provider;
  switch (cause) {
    case 'target':
      return { status: 400, code: 'target_refused', style, message };
    case 'timeout':
      return { status: 504, code: 'upstream_timeout', style, message };
    default:
      return { status: 502, code: 'upstream_unreachable', style, message };
  }
}
