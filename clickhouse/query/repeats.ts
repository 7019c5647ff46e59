import { z } from 'zod';
import type { RepeatsAnswer } from '../../domain/cache-api.ts';
import { USUAL_CACHE_SECONDS } from '../../domain/cache-lifetime.ts';
import { fromDecimal, nanoUsd, toDecimal } from '../../domain/money.ts';
import type { View } from '../../domain/view.ts';
import { type Asking, optionsOf } from './asking.ts';
import { conversationOf } from './conversation.ts';
import { join, readable, render, type Sql, sql, whole } from './fragment.ts';
import { oldestRow } from './oldest.ts';
import { resolveScope, type Scope, scopeConditions } from './scope.ts';

/** Reading bodies is what takes time, so no more than these are compared, newest first. */
interface RepeatBounds {
  readonly requests: number;
  readonly bytes: number;
}
const usualBounds: RepeatBounds = { requests: 20_000, bytes: 128 * 1024 * 1024 };

const PROMPTS = 20;
const IDS = 50;
const SHOWN_BYTES = 200_000;
const SHOWN_CHARACTERS = 160;

const number = z.coerce.number();
const extent = z.object({ compared: number, since: number, matching: number });
const group = z.object({
  provider: z.string(),
  model: z.string(),
  path: z.string(),
  last_feature: z.string(),
  last_prompt: z.string(),
  requests: number,
  hits: number,
  saved: z.string(),
  repeats: number,
  could_nano: z.string(),
  body: z.string(),
  ids: z.array(z.string()),
  all_repeats: number,
  all_could_nano: z.string(),
  all_unpriced: number,
  all_could_ms: number,
});
type Group = z.infer<typeof group>;

/**
 * Requests that say the same as one before them. "The same" is the body byte for byte, with key, provider, model, path
 * and method: narrower than the cache, which also sees through another order of keys in the JSON; wider in that it
 * looks at no header. Bodies that were not kept whole are left out, and so is whatever was not answered with 200.
 */
export async function askRepeats(
  asking: Asking,
  view: View,
  bounds: RepeatBounds = usualBounds,
): Promise<RepeatsAnswer> {
  const scope = await resolveScope(view, asking.now, () => oldestRow(asking, view.kind));
  const picked = pickedQuery(scope, bounds);
  const query = groupsQuery(picked);
  const [groups, [found]] = await Promise.all([
    asking.warehouse.rows(group, render(query), optionsOf(asking)),
    asking.warehouse.rows(extent, render(extentQuery(scope, picked)), optionsOf(asking)),
  ]);
  const compared = found?.compared ?? 0;
  const [first] = groups;
  return {
    compared,
    since: compared === 0 ? null : new Date(found?.since ?? 0).toISOString(),
    cut: (found?.matching ?? 0) > compared,
    repeats: first?.all_repeats ?? 0,
    couldSave: dollars(first?.all_could_nano ?? '0'),
    unpricedRepeats: first?.all_unpriced ?? 0,
    couldSaveMs: first?.all_could_ms ?? 0,
    prompts: groups.map(promptOf),
    sql: readable(query),
  };
}

const goodConditions = (scope: Scope): Sql =>
  join([...scopeConditions(scope), sql`status = 200`, sql`error_kind = ''`, sql`request_bytes > 0`], ' AND ');

/** The newest good requests of the view, as many as their bodies' sizes allow. */
function pickedQuery(scope: Scope, { requests, bytes }: RepeatBounds): Sql {
  return sql`SELECT * FROM (
    SELECT *, sum(request_bytes) OVER (ORDER BY created_at DESC, outbox_id DESC, seq DESC
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS bytes_so_far
    FROM (
      SELECT outbox_id, seq, request_id, created_at, key_id, provider, model, path, method, feature, prompt_id,
        cache_outcome, cache_saved_usd, cost_usd, latency_ms, request_bytes
      FROM spendlens.requests
      WHERE ${goodConditions(scope)}
      ORDER BY created_at DESC, outbox_id DESC, seq DESC
      LIMIT ${whole(requests)}
    )
  )
  WHERE bytes_so_far <= ${whole(bytes)}`;
}

function extentQuery(scope: Scope, picked: Sql): Sql {
  return sql`SELECT count() AS compared, toUnixTimestamp64Milli(min(created_at)) AS since,
  (SELECT count() FROM spendlens.requests WHERE ${goodConditions(scope)}) AS matching
FROM (${picked})`;
}

/**
 * `calls` that did not ask the cache are gone through in order of time as the cache would have: an answer is kept for
 * its lifetime from when it was asked for, and the next call after that is a new one.
 */
function groupsQuery(picked: Sql): Sql {
  return sql`WITH picked AS (${picked}),
texts AS (
  SELECT outbox_id, seq, request
  FROM spendlens.bodies
  WHERE (outbox_id, seq) IN (SELECT outbox_id, seq FROM picked)
    AND request != '' AND NOT arrayExists(flag -> startsWith(flag, 'request_'), flags)
  LIMIT 1 BY outbox_id, seq
),
same AS (
  SELECT key_id, provider, model, path, method, sipHash128(request) AS fingerprint,
    anyLast(feature) AS last_feature, anyLast(prompt_id) AS last_prompt, any(request) AS body,
    count() AS requests, countIf(cache_outcome = 'hit') AS hits, sum(cache_saved_usd) AS saved,
    arrayMap(each -> toString(each.2), arraySlice(arrayReverseSort(groupArray((created_at, request_id))), 1, ${whole(IDS)})) AS ids,
    arraySort(groupArrayIf((toUnixTimestamp64Milli(created_at), toInt64(toDecimal128(ifNull(cost_usd, 0), 9) * 1000000000),
      toUInt64(cost_usd IS NULL), toFloat64(latency_ms)), cache_outcome = 'none')) AS calls
  FROM picked INNER JOIN texts USING (outbox_id, seq)
  GROUP BY key_id, provider, model, path, method, fingerprint
  HAVING requests > 1
),
folded AS (
  SELECT *, arrayFold(
      (kept, call) -> if(call.1 < kept.1 + ${whole(USUAL_CACHE_SECONDS * 1000)},
        (kept.1, kept.2 + 1, kept.3 + call.2, kept.4 + call.3, kept.5 + call.4),
        (call.1, kept.2, kept.3, kept.4, kept.5)),
      calls, (toInt64(-9000000000000), toUInt64(0), toInt64(0), toUInt64(0), toFloat64(0))) AS spared
  FROM same
)
SELECT provider, model, path, last_feature, last_prompt, requests, hits, saved, spared.2 AS repeats, spared.3 AS could_nano,
  substring(body, 1, ${whole(SHOWN_BYTES)}) AS body, ids,
  sum(spared.2) OVER () AS all_repeats, sum(spared.3) OVER () AS all_could_nano,
  sum(spared.4) OVER () AS all_unpriced, sum(spared.5) OVER () AS all_could_ms
FROM folded
ORDER BY toInt64(saved * 1000000000) + could_nano DESC, requests DESC, fingerprint
LIMIT ${whole(PROMPTS)}`;
}

function promptOf(row: Group): RepeatsAnswer['prompts'][number] {
  return {
    text: askedLast(row),
    provider: row.provider,
    model: row.model,
    feature: row.last_feature,
    promptId: row.last_prompt,
    requests: row.requests,
    hits: row.hits,
    saved: toDecimal(fromDecimal(row.saved)),
    repeats: row.repeats,
    couldSave: dollars(row.could_nano),
    requestIds: row.ids,
  };
}

/** The last words of the user's. */
function askedLast({ provider, path, body }: Group): string {
  const stored = { request_headers: 'content-type: application/json', request: body };
  const talk = conversationOf({ provider, path }, [{ ...stored, response_headers: '', response: '', flags: [] }]);
  const said = talk?.sent.filter(({ role }) => role === 'user').at(-1)?.parts ?? [];
  const words = said.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join(' ');
  const line = words.replace(/\s+/g, ' ').trim();
  return line.length <= SHOWN_CHARACTERS ? line : `${line.slice(0, SHOWN_CHARACTERS).toWellFormed()}…`;
}

const dollars = (nano: string): string => toDecimal(nanoUsd(BigInt(nano)));
