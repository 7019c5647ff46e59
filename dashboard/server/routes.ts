import { Router } from 'express';
import { z } from 'zod';
import type { Warehouse } from '../../clickhouse/client.ts';
import type { ConfigLog } from '../../clickhouse/config-log.ts';
import { askRouteTraffic } from '../../clickhouse/query/route-traffic.ts';
import { SpendlensError } from '../../domain/error.ts';
import type { Named } from '../../domain/prices/rules.ts';
import type { Provider } from '../../domain/providers.ts';
import { type Route, route } from '../../domain/routing/route.ts';
import { view } from '../../domain/view.ts';
import { createConfigEntries } from './config-entries.ts';
import { parseRequest } from './refusal.ts';

export interface RoutesParts {
  readonly warehouse: Warehouse;
  readonly log: ConfigLog;
  readonly declared: () => Promise<readonly Named<Route>[]>;
  readonly providers: () => Promise<readonly Provider[]>;
}

const kindQuery = z.object({ kind: view.shape.kind.default('app') });
/** Whose credentials come with requests of the unified base URL. */
const unified: ReadonlySet<string> = new Set(['openai', 'anthropic', 'google']);

/** Making and changing virtual models: domain/routing/route.ts. */
export function createRoutes({ warehouse, log, declared, providers }: RoutesParts): Router {
  const router = Router();
  router.get('/traffic', async (request, response) => {
    const { kind } = parseRequest(kindQuery, request.query);
    response.json(await askRouteTraffic({ warehouse, now: Date.now() }, kind));
  });
  router.use(
    createConfigEntries({
      log,
      kind: 'route',
      schema: route,
      declared,
      check: async (value, before) => {
        const fault = (await faultInName(value, before)) || (await faultInTargets(value));
        if (fault !== '') throw new SpendlensError('request_invalid', fault);
      },
    }),
  );
  return router;

  /** Two routes of one name would take turns. */
  async function faultInName({ name }: Route, before: Route | null): Promise<string> {
    if (before?.name === name) return '';
    const [file, dashboard] = await Promise.all([declared(), log.list('route')]);
    const values = [...file.map(({ value }) => value), ...dashboard.map(({ value }) => value)];
    const isTaken = values.some((value) => z.object({ name: z.literal(name) }).safeParse(value).success);
    return isTaken ? `name: another route is called ${name}` : '';
  }

  async function faultInTargets({ targets, rules }: Route): Promise<string> {
    const known = await providers();
    const named = [targets, ...rules.map((rule) => rule.targets ?? [])].flat();
    const faults = named.map(({ model }) => faultInTarget(model, known)).filter((fault) => fault !== '');
    return [...new Set(faults)].join('; ');
  }
}

function faultInTarget(model: string, known: readonly Provider[]): string {
  const name = model.slice(0, model.indexOf('/'));
  const provider = known.find((each) => each.name === name);
  if (!provider) return `${model}: there is no provider ${name}`;
  if (provider.baseUrl.includes('{')) return `${model}: ${name} needs more than a name to be called`;
  if (unified.has(name) || provider.keyFrom !== '' || provider.baseUrl.startsWith('http:')) return '';
  return `${model}: ${name} has no credential; name its variable as providers.${name}.keyFrom in spendlens.yaml`;
}
