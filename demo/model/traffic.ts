import type { Call, Session } from './call.ts';
import { agentOf, createKeys, strangeAgent } from './callers.ts';
import { createClock, isNight, type Span } from './clock.ts';
import type { Exchanged, Feature, Share, Step, Topic } from './feature.ts';
import { features } from './features.ts';
import { drawOutcome, drawTiming } from './outcome.ts';
import { createRandom, createWeighted, type Random, randomUuid } from './random.ts';
import { createStory, noStory, type Story } from './story.ts';
import { drawTokens } from './tokens.ts';
import { createUsers, type User } from './users.ts';

export interface TrafficOptions {
  readonly seed: string;
  readonly span: Span;
  readonly requests: number;
  /** True where prompts change and things go wrong over the span; false where it is but a moment. */
  readonly eventful: boolean;
}

/** Of all visits: nobody said who they are; the feature said no user. */
const UNATTRIBUTED = 0.03;
const WITHOUT_USER = 0.02;
const STREAM_WITHOUT_USAGE = 0.03;
const WITH_TRACE = 0.3;
/** Of a user's visits: those to the feature that this one is here for. */
const FAVOURITE = 0.35;

/** What one user does in one go. */
interface Visit {
  readonly feature: Feature;
  readonly user: User | null;
  readonly attributed: boolean;
  readonly topic: Topic;
  readonly sessionId: string;
  readonly environment: string;
  /** Decides among a step's models: a conversation stays with one. */
  readonly modelDraw: number;
  readonly calls: number;
}

/**
 * Exactly `requests` calls over the span, about in order of time: the calls of one visit stand together.
 * The same options give the same calls.
 */
export function* createTraffic({ seed, span, requests, eventful }: TrafficOptions): Generator<Call, void> {
  const random = createRandom(seed, 'traffic', span.from, requests);
  const users = createUsers(seed).weighted;
  const keyOf = createKeys(seed);
  const clock = createClock(span);
  const story = eventful ? createStory(span) : noStory;
  const byDay = createWeighted(features, ({ weight }) => weight);
  const byNight = createWeighted(features, ({ weight, nightly }) => weight * (nightly ? 8 : 1));

  const favourites = new Map<User, Feature>();
  const favouriteOf = (user: User): Feature => {
    const known = favourites.get(user) ?? byDay.at(createRandom(seed, 'favourite', user.id).next());
    favourites.set(user, known);
    return known;
  };

  let made = 0;
  while (made < requests) {
    const begin = clock.momentAt((made + random.next()) / (requests + 1));
    const user = users.at(random.next());
    const feature = random.chance(FAVOURITE) ? favouriteOf(user) : (isNight(begin) ? byNight : byDay).at(random.next());
    const visit = drawVisit(feature, user, random);
    const calls = Math.min(visit.calls, requests - made);
    let at = begin;
    for (let turn = 0; turn < calls; turn++) {
      const call = drawCall(visit, turn, stayWithin(at, span, random), story, keyOf, random);
      yield call;
      at += call.latencyMs + random.skewed(feature.name === 'research-agent' ? 700 : 14_000, 0.8);
    }
    made += calls;
  }
}

function stayWithin(at: number, { from, to }: Span, random: Random): number {
  return Math.floor(at < to ? at : from + (to - from) * (0.9 + 0.1 * random.next()));
}

function drawVisit(feature: Feature, user: User, random: Random): Visit {
  const draw = random.next();
  const attributed = draw >= UNATTRIBUTED;
  const [least, most] = feature.calls;
  return {
    feature,
    attributed,
    user: draw < UNATTRIBUTED + WITHOUT_USER ? null : user,
    topic: random.pick(feature.topics),
    sessionId: feature.sessionName === '' || !attributed ? '' : `ses_${random.hex(16)}`,
    environment: random.chance(0.93) ? 'production' : random.chance(0.7) ? 'staging' : 'development',
    modelDraw: random.next(),
    calls: attributed ? random.whole(least, most) : 1,
  };
}

function drawCall(
  visit: Visit,
  turn: number,
  at: number,
  story: Story,
  keyOf: (provider: string, holder: string) => string,
  random: Random,
): Call {
  const { feature, user, attributed, environment } = visit;
  const step = stepOf(feature, turn, visit.calls);
  const model = pickModel(story.modelsAt(step, at), visit.modelDraw);
  const version = story.versionOf(step.promptId, at, random);
  const streamed = random.chance(step.streamed) && model.format !== 'openai-embeddings';
  const tool = step.tool;
  const callsTool = tool !== null && random.chance(tool.share);
  const tokens = drawTokens({ step, model, version, turn, callsTool }, random);
  const outcome = drawOutcome(model.provider, streamed, story.isDown(model.provider, at), random);
  const { question, answer, before } = conversationAt(visit.topic, turn);
  return {
    requestId: randomUuid(random),
    at,
    model,
    streamed,
    usageTold: !streamed || model.format !== 'openai-chat' || !random.chance(STREAM_WITHOUT_USAGE),
    userId: user?.id ?? '',
    feature: attributed ? feature.name : '',
    promptId: attributed ? step.promptId : '',
    promptVersion: attributed ? version : '',
    session: sessionOf(visit, step, turn),
    properties: attributed ? propertiesOf(user, environment) : {},
    keyId: keyOf(model.provider, attributed ? environment : 'somebody'),
    userAgent: attributed ? agentOf(model.provider, feature.name) : strangeAgent(random),
    traceId: attributed && random.chance(WITH_TRACE) ? random.hex(32) : '',
    system: `${feature.system} (${version})`,
    before,
    question,
    answer,
    file: step.file,
    tool,
    toolArgument: callsTool ? question.slice(0, 60) : null,
    tokens,
    asksCache: attributed && step.asksCache,
    outcome,
    ...drawTiming(model, tokens, streamed, outcome, random),
    overheadMs: random.skewed(0.35, 0.4),
  };
}

/** The last step ends the visit; the one before it repeats until then. */
function stepOf({ steps }: Feature, turn: number, calls: number): Step {
  const last = steps.length - 1;
  const index = turn === calls - 1 && calls >= steps.length ? last : Math.min(turn, Math.max(0, last - 1));
  return steps[index] ?? steps[0];
}

function pickModel(shares: readonly [Share, ...Share[]], draw: number): Share['model'] {
  return createWeighted(shares, ({ share }) => share).at(draw).model;
}

function conversationAt(
  { question, answer, more = [] }: Topic,
  turn: number,
): Exchanged & { before: readonly Exchanged[] } {
  const all: Exchanged[] = [{ question, answer }, ...more];
  const now = all[turn % all.length] ?? { question, answer };
  return { ...now, before: all.slice(0, turn % all.length) };
}

function sessionOf({ feature, sessionId }: Visit, { path }: Step, turn: number): Session | null {
  if (sessionId === '') return null;
  return {
    id: sessionId,
    name: feature.sessionName,
    path: `/${feature.name}/${path}${turn === 0 ? '' : `/${turn + 1}`}`,
  };
}

function propertiesOf(user: User | null, environment: string): Record<string, string> {
  return user === null ? { environment } : { environment, team: user.team, plan: user.plan, region: user.region };
}
