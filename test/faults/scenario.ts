import type { Random } from '../../demo/model/random.ts';
import type { Installation } from './installation.ts';
import type { Ledger } from './ledger.ts';
import type { Mode } from './mode.ts';
import type { FaultTopic } from './topic.ts';

/** What a scenario has in its hands while its installation runs under steady traffic. */
export interface Run {
  readonly installation: Installation;
  readonly ledger: Ledger;
  readonly random: Random;
  /** Of a table's two lengths the one that is run. */
  length(lengths: { readonly full: number; readonly short: number }): number;
  /** Waits until `condition` holds. @throws naming `what` after a minute */
  awaited(condition: () => boolean | Promise<boolean>, what: string): Promise<void>;
}

export function topicOf({ installation }: Run): FaultTopic {
  if (installation.topic === null) throw new Error('this scenario needs Kafka');
  return installation.topic;
}

/**
 * What may be missing at the end. `nothing` still leaves what a killed proxy had in its commit window; `gap` what the
 * installation itself says was skipped in the log, and exactly as many.
 */
export type Loss = 'nothing' | 'gap';

export interface Scenario {
  readonly name: string;
  readonly modes: readonly Mode[];
  readonly mayLose: Loss;
  /** Part of the reduced set, in these modes. */
  readonly short: readonly Mode[];
  /** Roughly, in seconds, start and checks included. */
  readonly takes: { readonly full: number; readonly short: number };
  readonly environment?: Readonly<Record<string, string>>;
  /** With a bad network on demand between the installation and the broker. */
  readonly throughRelay?: boolean;
  /** Why it cannot run on this machine; null where it can. */
  readonly unable?: () => string | null;
  /** Before the installation starts in its fresh data folder. */
  readonly prepare?: (folder: string) => Promise<() => Promise<void>>;
  /** Brings the fault and ends it again; returns as soon as it is over. */
  readonly strike: (run: Run) => Promise<void>;
  /** Whatever else must be true at the end; throws with what is not. */
  readonly afterwards?: (run: Run) => Promise<void>;
}
