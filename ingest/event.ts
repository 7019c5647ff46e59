import type { AttemptRow, BodyRow } from '../clickhouse/rows.ts';
import type { Attempt, Exchange } from '../domain/exchange.ts';
import type { NanoUsd } from '../domain/money.ts';
import type { Priced, PricedCall } from '../domain/prices/price-exchange.ts';
import type { ParsedBody } from '../domain/usage/body.ts';
import type { RequestFacts, ResponseFacts, Usage, WireFormat } from '../domain/usage/facts.ts';
import type { BodyContent } from './steps/body-content.ts';

/** An entry of an outbox as it stands there. */
export interface RawEvent {
  readonly outboxId: string;
  readonly seq: number;
  readonly encoded: Uint8Array;
}

/** Responses, here and below, in the order of `answers`. */
export interface DecodedEvent {
  readonly raw: RawEvent;
  readonly exchange: Exchange;
  /** The exchange's attempts; of a cache hit, which made none, the call whose answer it got. */
  readonly answers: readonly Attempt[];
  readonly request: BodyContent;
  readonly responses: readonly BodyContent[];
}

export interface ParsedEvent extends DecodedEvent {
  readonly formats: readonly WireFormat[];
  readonly format: WireFormat;
  readonly parsedRequest: ParsedBody;
  readonly parsedResponses: readonly ParsedBody[];
}

export interface UsedEvent extends ParsedEvent {
  readonly requestFacts: RequestFacts;
  readonly responseFacts: readonly ResponseFacts[];
}

/** Usage of one call as it is billed: the provider's own, or counted by us. */
export interface CountedUsage {
  readonly usage: Usage | null;
  readonly estimated: boolean;
}

export interface CountedEvent extends UsedEvent {
  readonly counted: readonly CountedUsage[];
}

export interface PricedEvent extends CountedEvent {
  /** Asked for: by the header that overrides it, else by the request. */
  readonly model: string;
  /** One for each of `answers`; a single one where there are none. */
  readonly calls: readonly PricedCall[];
  /** Of each of `calls`. */
  readonly priced: readonly Priced[];
  /** Of a cache hit: what the call would have cost now; null elsewhere, and where it has no price. */
  readonly saved: NanoUsd | null;
}

/** An event as it goes to the warehouse. */
export interface EventRows {
  readonly attempts: readonly AttemptRow[];
  readonly bodies: readonly BodyRow[];
  /** What the proxy gave up before this exchange. */
  readonly lost: { readonly exchanges: number; readonly bodies: number };
}
