import { randomBytes } from 'node:crypto';
import { Router } from 'express';
import { z } from 'zod';
import type { ConfigLog, ConfigVersion } from '../../clickhouse/config-log.ts';
import { SpendlensError } from '../../domain/error.ts';
import { type ConfigEntry, type ConfigKind, configDelete, configPut } from '../../domain/money-api.ts';
import type { Named } from '../../domain/prices/rules.ts';
import { parseRequest } from './refusal.ts';

export interface ConfigEntriesParts<Value extends object> {
  readonly log: ConfigLog;
  readonly kind: ConfigKind;
  readonly schema: z.ZodType<Value>;
  /** What spendlens.yaml declares of the kind; it wins and cannot be changed here. */
  readonly declared: () => Promise<readonly Named<Value>[]>;
  /** Fills in what is not the user's to choose; `before` is null for a new one. */
  readonly complete?: (value: Record<string, unknown>, before: Value | null) => Record<string, unknown>;
  /** @throws SpendlensError request_invalid where `value` may not follow on `before` */
  readonly check?: (value: Value, before: Value | null) => Promise<void>;
}

/** One token opens the dashboard, so it knows no names. */
const WHO = 'dashboard';
const historyQuery = z.object({ id: z.string().min(1).max(128) });

/** List, history, put and delete of one kind of configuration. */
export function createConfigEntries<Value extends object>(parts: ConfigEntriesParts<Value>): Router {
  const { log, kind, schema, declared, complete = (value) => value, check = async () => undefined } = parts;
  const router = Router();

  const refuseDeclared = async (id: string) => {
    if (!(await declared()).some((entry) => entry.id === id)) return;
    throw new SpendlensError('read_only', `${id} is declared in spendlens.yaml: change it there`);
  };

  const newestValue = async (id: string): Promise<Value | null> => {
    const [newest] = await log.history(kind, id);
    const found = newest && !newest.deleted ? schema.safeParse(newest.value) : undefined;
    return found?.success ? found.data : null;
  };

  router.get('/', async (_request, response) => {
    const [file, dashboard] = await Promise.all([declared(), log.list(kind)]);
    response.json({ entries: [...file.map(declaredEntry), ...dashboard.map(entryOf)] });
  });
  router.get('/history', async (request, response) => {
    const { id } = parseRequest(historyQuery, request.query);
    response.json({ entries: (await log.history(kind, id)).map(entryOf) });
  });
  router.post('/', async (request, response) => {
    const { id = randomBytes(6).toString('hex'), version, value } = parseRequest(configPut, request.body);
    await refuseDeclared(id);
    const before = await newestValue(id);
    const parsed = parseRequest(z.object({ value: schema }), { value: complete(value, before) });
    await check(parsed.value, before);
    response.json(entryOf(await log.put(kind, { id, version, who: WHO, value: parsed.value })));
  });
  router.post('/delete', async (request, response) => {
    const { id, version } = parseRequest(configDelete, request.body);
    await refuseDeclared(id);
    const [newest] = await log.history(kind, id);
    if (!newest || newest.deleted) throw new SpendlensError('not_found', `there is no ${kind} ${id}`);
    const value = recordOf(newest.value);
    response.json(entryOf(await log.put(kind, { id, version, who: WHO, value, deleted: true })));
  });
  return router;
}

function declaredEntry<Value extends object>({ id, value }: Named<Value>): ConfigEntry {
  return { id, version: 0, source: 'file', at: null, who: 'spendlens.yaml', deleted: false, value: recordOf(value) };
}

function entryOf({ id, version, at, who, deleted, value }: ConfigVersion): ConfigEntry {
  return { id, version, source: 'dashboard', at: new Date(at).toISOString(), who, deleted, value: recordOf(value) };
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
