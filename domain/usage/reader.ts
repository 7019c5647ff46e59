import type { TornEvent } from './cut-json.ts';
import type { ResponseFacts, Usage } from './facts.ts';

/** How one wire format's responses are read. Neither function throws, whatever it is given. */
export interface ResponseReader {
  /** One JSON document; `closed` is false where its end is missing. */
  document(value: unknown, closed: boolean, headers: HeaderList): ResponseFacts;
  /** The `data` of each event, and what was left of one that the cut went through. */
  events(events: readonly string[], torn: TornEvent | null, headers: HeaderList): ResponseFacts;
}

/** Of the response, in the order of the wire. */
export type HeaderList = readonly (readonly [string, string])[];

/** '' where there is none. */
export function headerOf(headers: HeaderList, name: string): string {
  return headers.find(([key]) => key.toLowerCase() === name)?.[1] ?? '';
}

export const noFacts: ResponseFacts = {
  model: '',
  usageRaw: '',
  usage: null,
  reportedCost: null,
  serviceTier: '',
  toolCalls: null,
  serverTools: null,
  complete: false,
  countedOutput: null,
  hiddenReasoning: false,
  others: [],
};

/** Of `whole`, the part that is left when `parts` are taken out; never below zero, whatever the provider says. */
export function rest(whole: number | null, ...parts: readonly (number | null)[]): number | null {
  if (whole === null) return null;
  return Math.max(
    0,
    parts.reduce<number>((left, part) => left - (part ?? 0), whole),
  );
}

/** Models that think out of sight: what they thought stands in the bill, never in the text. */
export function hidesReasoning(model: string): boolean {
  const name = model.slice(model.lastIndexOf('/') + 1);
  return /^(o[1-9]|gpt-[5-9]|grok-[4-9]|gemini-(2\.5|[3-9]))/.test(name) && !/chat|non-reasoning|image/.test(name);
}

/** Shares as they stand in a usage: left out where there are none. */
export function withinOf(shares: NonNullable<Usage['within']>): Pick<Usage, 'within'> {
  return Object.values(shares).some((share) => share > 0) ? { within: shares } : {};
}
