import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { SpendlensError } from '../domain/error.ts';
import type { Score, StandingScore } from '../domain/scores-api.ts';
import type { Warehouse } from './client.ts';

/** Which of several exchanges with one request id. */
export interface Identity {
  readonly outbox: string;
  readonly seq: number;
}

export interface Scores {
  /** Of one exchange with this id; without it of the newest. @throws SpendlensError not_found */
  add(requestId: string, identity: Identity | null, scores: readonly Score[], who: string): Promise<void>;
  /** The latest of each name, newest first. */
  standing(outboxId: string, seq: number): Promise<StandingScore[]>;
}

const identityRow = z.object({ outbox_id: z.string(), seq: z.coerce.number(), created_at: z.string() });
const scoreRow = z.object({
  name: z.string(),
  kind: z.string(),
  value: z.number().nullable(),
  label: z.string(),
  comment: z.string(),
  who: z.string(),
  at: z.coerce.number(),
});

export function createScores(warehouse: Warehouse, now: () => Date = () => new Date()): Scores {
  return {
    async add(requestId, wanted, scores, who) {
      const [identity] = await warehouse.rows(identityRow, {
        text: `SELECT outbox_id, seq, toString(created_at) AS created_at FROM spendlens.requests
          WHERE request_id = {id:UUID} AND ({outbox:String} = '' OR (outbox_id = {outbox:String} AND seq = {seq:UInt64}))
          ORDER BY requests.created_at DESC LIMIT 1`,
        params: { id: requestId, outbox: wanted?.outbox ?? '', seq: wanted?.seq ?? 0 },
      });
      if (!identity) throw notYet(requestId);
      const common = { ...identity, request_id: requestId, who, scored_at: now().toISOString() };
      const rows = scores.map((score) => ({ ...common, ...columnsOf(score) }));
      await warehouse.insert('spendlens.scores', rows, `scores:${randomUUID()}`);
    },
    async standing(outboxId, seq) {
      const rows = await warehouse.rows(scoreRow, {
        text: `SELECT name, kind, value, label, comment, who, toUnixTimestamp64Milli(scored_at) AS at
          FROM spendlens.scores WHERE outbox_id = {id:String} AND seq = {seq:UInt64}
          ORDER BY scored_at DESC LIMIT 1 BY name`,
        params: { id: outboxId, seq },
      });
      return rows.map(({ name, comment, who, at, ...row }) => ({
        name,
        value: valueOfRow(row),
        comment,
        who,
        at: new Date(at).toISOString(),
      }));
    },
  };
}

function columnsOf({ name, value, comment }: Score) {
  if (typeof value === 'string') return { name, kind: 'category', value: null, label: value, comment };
  if (typeof value === 'boolean') return { name, kind: 'boolean', value: Number(value), label: '', comment };
  return { name, kind: 'number', value, label: '', comment };
}

function valueOfRow({ kind, value, label }: Pick<z.infer<typeof scoreRow>, 'kind' | 'value' | 'label'>) {
  if (kind === 'category' || value === null) return label;
  return kind === 'boolean' ? value !== 0 : value;
}

/** Rows come a moment after the answer, so whoever scores at once has to ask again. */
function notYet(requestId: string): SpendlensError {
  return new SpendlensError('not_found', `no request ${requestId} is recorded (yet): try again in a few seconds`);
}
