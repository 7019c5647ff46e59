/** Where a figure of our own stands, and when somebody read it there. */
export interface Sourced {
  readonly source: string;
  /** ISO date. */
  readonly checked: string;
}

/** Of the newest line in any of these tables; part of every price version. */
export const TABLE_VERSION = '2026-11-21';

/** A copy of the figures kept under test/fixtures/prices. */
export const PORTKEY = 'https://github.com/Portkey-AI/models (pricing/)';
