import type { Attempt, CapturedBody } from '../domain/exchange.ts';
import type { BodyCapture } from './capture/body.ts';
import { dropReason, emptyBody, keptSize, withDropped } from './capture/drop.ts';
import type { FactsReader } from './capture/facts.ts';
import type { Outbox } from './outbox/outbox.ts';

/** A call that another one was made after. */
export interface EarlierCall {
  readonly attempt: Omit<Attempt, 'response' | 'facts'>;
  readonly response: BodyCapture;
}

export interface EarlierCallParts {
  readonly outbox: Outbox;
  readonly facts: FactsReader;
  /** The exchange's own, for calls without one of theirs. */
  readonly path: string;
  readonly omitResponse: boolean;
}

/** The calls with what is kept of their answers. */
export async function finishEarlier(calls: readonly EarlierCall[], parts: EarlierCallParts): Promise<Attempt[]> {
  const attempts: Attempt[] = [];
  for (const { attempt, response } of calls) {
    const body = await new Promise<CapturedBody>((resolve) => response.takeCut(resolve));
    attempts.push({ ...attempt, ...(await kept(attempt, body, parts)) });
  }
  return attempts;
}

/** A body as it goes on, with what was read from it where it does not. */
function kept(
  { provider, path, status, responseHeaders }: EarlierCall['attempt'],
  response: CapturedBody,
  { outbox, facts, path: asked, omitResponse }: EarlierCallParts,
): Promise<Pick<Attempt, 'response' | 'facts'>> {
  const isShort = outbox.room(keptSize(response)) === 'facts';
  const reason = dropReason(response, omitResponse, isShort);
  if (reason === null) return Promise.resolve({ response, facts: null });
  const bodies = { request: emptyBody, response, dropsRequest: false, dropsResponse: true };
  return new Promise((resolve) => {
    facts.read({ provider, path: path || asked, status, responseHeaders, ...bodies }, (_request, responseFacts) => {
      const shortened = withDropped(response, reason);
      if (shortened.flags.includes('shed')) outbox.countShedBody();
      resolve({ response: shortened, facts: responseFacts });
    });
  });
}
