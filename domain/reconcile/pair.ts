/** One day and model, both sides added up. */
export interface Pair {
  readonly day: string;
  readonly model: string;
  /** What the records call it, which the report may not. */
  readonly ourModels: Set<string>;
  invoice: bigint;
  /** How far the invoice may be off by rounding alone. */
  rounding: bigint;
  invoiced: boolean;
  ours: bigint;
  requests: number;
  unpriced: number;
  estimated: number;
  corrected: number;
}
