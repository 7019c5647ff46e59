import type { IncomingMessage, ServerResponse } from 'node:http';
import { decodeContent } from '../../domain/encoding.ts';
import type { PriceRules } from '../../domain/prices/rules.ts';
import type { AppTimeouts } from '../../domain/time-limits.ts';
import { parseJson } from '../../domain/usage/json.ts';
import type { Logger } from '../../process/log.ts';
import type { AnswerCache } from '../cache/cache.ts';
import type { Assignment } from '../experiments.ts';
import type { Passage } from '../passage.ts';
import type { RateLimits } from '../rate-limit/rate-limits.ts';
import { statusSeen } from '../recording.ts';
import { answerRefusal, type Refusal } from '../refusal.ts';
import { unfinishedUpload } from '../upstream-failure.ts';
import { createCachedRun } from './cached.ts';
import { asObject, type Chooser } from './choose-targets.ts';
import type { Dispatchers } from './dispatchers.ts';
import { createEngine, type Run } from './engine.ts';
import { createLimitedRun } from './limited.ts';
import type { RoutedMetrics } from './metrics.ts';
import type { RoutePlan } from './plan.ts';
import { readRequestBody } from './request-body.ts';
import type { RetryBudget } from './retry-budget.ts';
import { bodyNamesModel, type Target } from './target.ts';
import type { SentBody } from './target-request.ts';
import type { TargetStates } from './target-states.ts';

export interface RoutedLaneParts {
  readonly dispatchers: Dispatchers;
  readonly choose: Chooser;
  readonly budget: RetryBudget;
  /** Null where there is no state for it. */
  readonly cache: AnswerCache | null;
  readonly limits: RateLimits | null;
  readonly rules: () => PriceRules;
  readonly bodyLimit: number;
  readonly totalMs: number;
  readonly states: TargetStates;
  readonly metrics: RoutedMetrics;
  readonly appTimeouts: AppTimeouts;
  readonly log: Logger;
}

/** Reads the body, then calls upstream until an answer is the app's to have. */
export function createRoutedLane(parts: RoutedLaneParts) {
  const { choose, cache, bodyLimit, appTimeouts, log } = parts;
  const run = createLimitedRun(createEngine(parts), parts);
  const runCached = createCachedRun(run, parts.metrics);

  async function serve(req: IncomingMessage, res: ServerResponse, passage: Passage, plan: RoutePlan): Promise<void> {
    const { recording, destination, requestId } = passage;
    const refuse = (refusal: Refusal) => {
      recording.explained(refusal.message);
      if (!res.headersSent && !res.destroyed) answerRefusal(res, refusal, requestId);
    };
    const refuseOf = (message: string) => {
      recording.failed('refused');
      refuse({ status: 400, code: 'request_invalid', style: destination.provider.style, message });
    };
    const body = await readRequestBody(req, { limitBytes: bodyLimit, idleMs: appTimeouts.uploadIdleMs, recording });
    switch (body.kind) {
      case 'gone':
        return;
      case 'stalled':
        recording.failed('client_timeout');
        res.shouldKeepAlive = false;
        return refuse(unfinishedUpload(destination, appTimeouts.uploadIdleMs));
      case 'long': {
        if (changesBody(plan.targets[0])) return refuseOf(unreadable);
        const note = `off: the body is longer than ${bodyLimit} bytes`;
        const sent = { bytes: body.stream, value: null, isChanged: false };
        return run({
          req,
          res,
          passage,
          plan: once(plan),
          targets: [plan.targets[0]],
          assignment: null,
          body: sent,
          note,
          moreHeaders: [],
          keep: null,
        });
      }
      case 'whole': {
        const value = needsBody(plan) ? readObject(body.bytes, req.headers['content-encoding']) : null;
        const chosen = choose(plan, value, requestId);
        if (chosen.routing !== '') recording.steer({ routing: chosen.routing });
        if (chosen.kind === 'refused') return refuseOf(chosen.message);
        const sent: SentBody = { bytes: body.bytes, value: chosen.body, isChanged: chosen.body !== value };
        const { assignment } = chosen;
        if (assignment !== null) recording.steer(steeringOf(assignment));
        const targets = value === null ? withoutChanges(chosen.targets) : chosen.targets;
        if (targets === null) return refuseOf(unreadable);
        const whole: Run = {
          req,
          res,
          passage,
          plan,
          targets,
          assignment,
          body: sent,
          note: '',
          moreHeaders: [],
          keep: null,
        };
        return plan.cache === null || cache === null ? run(whole) : runCached(whole, { asks: plan.cache, cache });
      }
    }
  }

  return {
    /** `expects` where the app waits for a 100 before it sends its body. */
    route(req: IncomingMessage, res: ServerResponse, passage: Passage, plan: RoutePlan, expects: boolean): void {
      const { recording } = passage;
      if (expects) res.writeContinue();
      recording.request.describe(req.headers['content-type'], req.headers['content-encoding']);
      res.on('close', () => {
        if (!res.writableFinished && recording.errorKind === null) recording.failed('client_disconnect');
        recording.end(statusSeen(res));
      });
      serve(req, res, passage, plan).catch((error) => {
        log.error(error, 'the routed lane failed');
        const { style } = passage.destination.provider;
        const refusal: Refusal = { status: 500, code: 'internal', style, message: 'a fault of the proxy itself' };
        if (res.headersSent) res.destroy();
        else answerRefusal(res, refusal, passage.requestId);
      });
    },
  };
}
export type RoutedLane = ReturnType<typeof createRoutedLane>;

const MAX_DECODED = 64 * 1024 ** 2;

/** What is asked for without a look at the body goes without a parse of it. */
function needsBody({ isUnified, asksUsage, cache, rules, experiments, targets }: RoutePlan): boolean {
  return (
    isUnified || asksUsage || cache !== null || rules.length > 0 || experiments.length > 0 || targets.some(changesBody)
  );
}

/** Some formats name their model in the path. */
function changesBody(target: Target): boolean {
  return bodyNamesModel(target) ? target.model !== '' || hasKeys(target) : hasKeys(target);
}

/** Of a body that is no JSON: the targets that get it as it is. Null where the first of them would not. */
function withoutChanges([first, ...others]: Run['targets']): Run['targets'] | null {
  return changesBody(first) ? null : [first, ...others.filter((target) => !changesBody(target))];
}

function hasKeys({ bodyKeys }: Target): boolean {
  return Object.keys(bodyKeys).length > 0;
}

const unreadable = 'a fallback changes the body, for which it has to be JSON, and no longer than the proxy reads';

function readObject(bytes: NonSharedBuffer, encoding: string | undefined) {
  const decoded = decodeContent(bytes, encoding ?? null, MAX_DECODED);
  return decoded.kind === 'whole' ? asObject(parseJson(Buffer.from(decoded.bytes).toString('utf8'))) : null;
}

function steeringOf({ experiment, variant, unitId }: Assignment) {
  return { experiment, variant: variant.name, unitId };
}

function once(plan: RoutePlan): RoutePlan {
  return { ...plan, retry: null, asksUsage: false };
}
