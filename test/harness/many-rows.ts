import type { Warehouse } from '../../clickhouse/client.ts';

/**
 * Fills `attempts` with believable rows that the engine makes itself, ending now: `count` requests over `days`, by
 * 5,000 users (Zipf) with 12 features and 10 models, a fifth of them in outboxes of their own.
 */
export async function fillAttempts(warehouse: Warehouse, count: number, days: number, kind = 'app'): Promise<void> {
  const outboxSize = Math.ceil(count / 5);
  await warehouse.run(`INSERT INTO spendlens.attempts
    (request_id, created_at, kind, lane, user_id, feature, prompt_id, prompt_version, session_id, session_name,
     properties, provider, model, response_model, path, method, status, error_kind, streamed, attempts, cache_outcome,
     input_tokens, cache_read_tokens, output_tokens, reasoning_tokens, tool_calls, cost_usd, cost_status,
     cost_breakdown, price_version, usage_raw, pricing_facts, latency_ms, ttft_ms, overhead_ms, request_bytes, response_bytes,
     key_id, user_agent, trace_id, outbox_id, seq, attempt, final,
     total_status, total_error_kind, total_cost_usd, total_cost_status, total_input_tokens, total_cache_read_tokens,
     total_output_tokens, total_reasoning_tokens, total_tool_calls, total_latency_ms, total_ttft_ms,
     total_response_bytes)
    WITH number AS n, cityHash64(n, 1) AS h1, cityHash64(n, 2) AS h2, cityHash64(n, 3) AS h3, cityHash64(n, 4) AS h4,
      toUInt32(least(4999, pow(5000, (h1 % 1000000) / 1000000) - 1)) AS u,
      toUInt32(pow(12, (h2 % 1000000) / 1000000) - 1) AS f,
      toUInt32(pow(10, (h3 % 1000000) / 1000000) - 1) AS m,
      50 + h4 % 4000 AS tin, 20 + cityHash64(n, 5) % 800 AS tout, if(cityHash64(n, 6) % 3 = 0, 1024, 0) AS cached,
      ['gpt-4o', 'gpt-4o-mini', 'claude-sonnet-4-5', 'gpt-5', 'gemini-2.5-flash', 'claude-haiku-4-5', 'gpt-5-mini',
       'gemini-2.5-pro', 'claude-opus-4-1', 'o4-mini'][m + 1] AS asked,
      ['openai', 'openai', 'anthropic', 'openai', 'google', 'anthropic', 'openai', 'google', 'anthropic',
       'openai'][m + 1] AS vendor,
      cityHash64(n, 7) % 50 = 0 AS bad, if(bad, 429, 200) AS code, if(bad, 'status', '') AS fault,
      if(n % 20 = 0, NULL, toDecimal64((tin * 150 + tout * 600 + cached * 75) * (m + 1), 9) / 1000000000) AS cost,
      if(n % 20 = 0, 'unpriced', if(n % 33 = 0, 'estimated', 'exact')) AS priced,
      200 + (cityHash64(n, 8) % 10000) * (tout / 400) AS took,
      '{"lines":[{"item":"input","units":1,"pricePico":"150000","amountNano":"150","note":""}],"priceModel":"gpt","source":"genai-prices","priceFrom":"2025-08-01","tier":"","reason":""}' AS receipt,
      now64(3) - toIntervalMillisecond(toUInt64(${days} * 86400000. * (1 - n / ${count}))) AS arrived,
      concat('{"provider":"', vendor, '","model":"', asked, '","responseModel":"', asked, '-2025","at":',
        toString(toUnixTimestamp64Milli(arrived)), ',"usage":{"input":', toString(tin), ',"cacheRead":',
        toString(cached), ',"cacheWrite5m":null,"cacheWrite1h":null,"output":', toString(tout),
        ',"reasoning":0,"audioInput":null,"audioOutput":null,"image":null},"reportedCost":null,"status":',
        toString(code), ',"errorKind":', if(bad, '"status"', 'null'), ',"estimated":', if(priced = 'estimated', 'true', 'false'),
        ',"hiddenReasoning":false,"complete":true,"serviceTier":"","serverTools":null}') AS facts
    SELECT generateUUIDv4(), arrived,
      '${kind}', 'pass', if(n % 40 = 0, '', concat('user-', toString(u))),
      if(n % 40 = 0, '', concat('feature-', toString(f))), concat('prompt-', toString(f * 2 + h4 % 2)),
      toString(h2 % 3), concat('session-', hex(cityHash64(u, intDiv(n, 2000)))), 'chat',
      map('feature', concat('feature-', toString(f)), 'plan', ['free', 'pro', 'team'][h1 % 3 + 1],
          'region', ['eu', 'us'][h2 % 2 + 1]),
      vendor, asked, concat(asked, '-2025'), '/v1/chat/completions', 'POST', code, fault, n % 2 = 0, 1, 'none',
      tin, cached, tout, 0, 0, cost, priced, receipt, 'genai-prices', '{"prompt_tokens":1}', facts, took, took / 5,
      (h1 % 100) / 200, 800 + tin * 4, 900 + tout * 4, concat('key-', toString(h3 % 6)),
      ['OpenAI/JS 4.1', 'OpenAI/Python 1.40', 'curl/8'][h2 % 3 + 1], hex(h1),
      concat('${kind}-', toString(intDiv(n, ${outboxSize}))), n % ${outboxSize} + 1, 1, true,
      code, fault, cost, priced, tin, cached, tout, 0, 0, took, took / 5, 900 + tout * 4
    FROM numbers(${count})`);
  await warehouse.run(`INSERT INTO spendlens.slices
    (slice_id, outbox_id, first_seq, last_seq, exchanges, dead_letters, lost_exchanges, lost_bodies, inserted_at)
    SELECT hex(cityHash64(outbox_id, intDiv(seq - 1, 500))), outbox_id, min(seq), max(seq), count(), 0, 0, 0, now64(3)
    FROM spendlens.attempts WHERE kind = '${kind}' GROUP BY outbox_id, intDiv(seq - 1, 500)`);
}
