import type { AttemptRow, BodyRow } from '../clickhouse/rows.ts';
import type { Exchange } from '../domain/exchange.ts';
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

/** Responses, here and below, in the order of the exchange's attempts. */
export interface DecodedEvent {
  readonly raw: RawEvent;
  readonly exchange: Exchange;
  readonly request: BodyContent;
  readonly responses: readonly BodyContent[];
}

export interface ParsedEvent extends DecodedEvent {
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
  /** One for each attempt; a single one where the exchange made no upstream call. */
  readonly calls: readonly PricedCall[];
  /** Of each of `calls`. */
  readonly priced: readonly Priced[];
}

/** An event as it goes to the warehouse. */
export interface EventRows {
  readonly attempts: readonly AttemptRow[];
  readonly bodies: readonly BodyRow[];
  /** What the proxy gave up before this exchange. */
  readonly lost: { readonly exchanges: number; readonly bodies: number };
}
