import type { Model } from './models.ts';

/** One thing that people ask of a feature, and what they get. */
export interface Topic {
  readonly question: string;
  readonly answer: string;
  /** What is said next in a longer session, in turns. */
  readonly more?: readonly Exchanged[];
}
export interface Exchanged {
  readonly question: string;
  readonly answer: string;
}

export interface Tool {
  readonly name: string;
  readonly description: string;
  readonly argument: string;
  /** How often the answer is a call of it. */
  readonly share: number;
}

/** Half of all calls have fewer, and `spread` says how far they scatter. */
export interface Amount {
  readonly median: number;
  readonly spread: number;
}

/** A kind of call that a feature makes. */
export interface Step {
  readonly promptId: string;
  /** Last segment of the session's path; calls without a session have none. */
  readonly path: string;
  readonly models: readonly [Share, ...Share[]];
  /** Of the system prompt, which all calls of one version have in common. */
  readonly systemTokens: number;
  readonly inputTokens: Amount;
  readonly outputTokens: Amount;
  readonly streamed: number;
  /** A file that is sent along by its name, '' where none is. */
  readonly file: string;
  readonly tool: Tool | null;
  /** The app asks the cache before it has a provider called. */
  readonly asksCache: boolean;
}
export interface Share {
  readonly model: Model;
  readonly share: number;
}

export interface Feature {
  readonly name: string;
  readonly weight: number;
  /** Work that runs by night, with nobody waiting. */
  readonly nightly: boolean;
  readonly system: string;
  /** '' where calls stand alone. */
  readonly sessionName: string;
  /** How many calls one session has, at least and at most. */
  readonly calls: readonly [number, number];
  /** Taken in turn within a session; the last one repeats. */
  readonly steps: readonly [Step, ...Step[]];
  readonly topics: readonly [Topic, ...Topic[]];
}
