import { z } from 'zod';

const name = z
  .string({ error: 'the score’s name' })
  .regex(/^[\p{L}\p{N}][\p{L}\p{N} _.-]{0,63}$/u, 'a name of letters, digits, blanks, _ . -, at most 64 characters');
/** A number, yes or no, or a category. */
const value = z.union([z.number(), z.boolean(), z.string().min(1).max(128)], {
  error: 'a number, true or false, or a text of at most 128 characters',
});

export const score = z.object({
  name,
  value,
  comment: z.string().max(2_000, 'at most 2,000 characters').default(''),
});
export type Score = z.infer<typeof score>;

/** POST /api/requests/{id}/scores. The latest of a name stands. Answers {scores: how many were taken}. */
export const scoresRequest = z.object({ scores: z.array(score).min(1).max(50) });

/** Helicone's POST /v1/request/{id}/score: a map of names to numbers, true or false. */
export const heliconeScores = z.object({
  scores: z
    .record(name, z.union([z.number(), z.boolean()], { error: 'a number, true or false' }))
    .refine((scores) => Object.keys(scores).length > 0, 'at least one score'),
});
/** Helicone's POST /v1/request/{id}/feedback: thumbs up or down. */
export const heliconeFeedback = z.object({ rating: z.boolean({ error: 'true or false' }) });

/** The score that thumbs in the dashboard and Helicone's feedback give. */
export const FEEDBACK = 'feedback';

/** In a request's detail (`scores`): what stands of each name, newest first. */
export const standingScore = z.object({
  name: z.string(),
  value: z.union([z.number(), z.boolean(), z.string()]),
  comment: z.string(),
  who: z.string(),
  at: z.iso.datetime(),
});
export type StandingScore = z.infer<typeof standingScore>;
