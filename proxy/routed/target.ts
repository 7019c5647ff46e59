import type { Conditions } from '../../domain/routing/conditions.ts';
import type { WireFormat } from '../../domain/usage/facts.ts';
import type { JsonObject } from '../../domain/usage/json.ts';
import { wireFormatOf } from '../../domain/usage/wire-format.ts';
import type { Destination } from '../upstream.ts';

/** One upstream that may answer a request, and what is changed for it. */
export interface Target {
  readonly destination: Destination;
  /** '' = the one that was asked for. */
  readonly model: string;
  /** Put over the body's own. */
  readonly bodyKeys: JsonObject;
  /** Put over the caller's own, by lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  /** False where the caller's credentials are for somebody else and stay here. */
  readonly keepsCredentials: boolean;
  readonly leadsOnWhen: Conditions;
  /** Place in the caller's own list of fallbacks; null where it stands in none. */
  readonly index: number | null;
  /** Of the experiment that the request takes part in; '' where it takes part in none. */
  readonly variant: string;
  /** True where that list says outright which address is meant. */
  readonly namesAddress: boolean;
  /** PROVIDER/MODEL under which a route watches what becomes of its calls; '' where none does. */
  readonly stateKey: string;
}

/** False where the path does, as Gemini's. */
export function bodyNamesModel(target: Target): boolean {
  return formatOf(target) !== 'gemini-generate';
}

export function formatOf({ destination }: Target): WireFormat {
  return wireFormatOf(destination.provider.name, destination.path);
}
