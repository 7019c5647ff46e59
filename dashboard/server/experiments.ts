import { randomBytes } from 'node:crypto';
import { Router } from 'express';
import { z } from 'zod';
import type { Warehouse } from '../../clickhouse/client.ts';
import type { ConfigLog } from '../../clickhouse/config-log.ts';
import { askExperiment } from '../../clickhouse/query/experiment.ts';
import { askExperimentDistributions } from '../../clickhouse/query/experiment-distributions.ts';
import { askExperimentPreview } from '../../clickhouse/query/experiment-preview.ts';
import { askExperimentSeries } from '../../clickhouse/query/experiment-series.ts';
import { SpendlensError } from '../../domain/error.ts';
import { type Experiment, experiment, faultInChange } from '../../domain/experiments/experiment.ts';
import { experimentPreviewRequest } from '../../domain/experiments/results.ts';
import type { Named } from '../../domain/prices/rules.ts';
import type { Provider } from '../../domain/providers.ts';
import { view } from '../../domain/view.ts';
import { createConfigEntries } from './config-entries.ts';
import { parseRequest } from './refusal.ts';

export interface ExperimentsParts {
  readonly warehouse: Warehouse;
  readonly log: ConfigLog;
  readonly declared: () => Promise<readonly Named<Experiment>[]>;
  readonly providers: () => Promise<readonly Provider[]>;
}

const kindQuery = z.object({ kind: view.shape.kind.default('app') });
const SALT_BYTES = 12;

/** Making, changing and judging experiments: domain/experiments. */
export function createExperiments({ warehouse, log, declared, providers }: ExperimentsParts): Router {
  const router = Router();

  async function find(id: string): Promise<Experiment> {
    const file = (await declared()).find((each) => each.id === id);
    if (file) return file.value;
    const [newest] = await log.history('experiment', id);
    const parsed = newest && !newest.deleted ? experiment.safeParse(newest.value) : undefined;
    if (parsed?.success) return parsed.data;
    throw new SpendlensError('not_found', `there is no experiment ${id}`);
  }

  router.post('/preview', async (request, response) => {
    const { kind, ...question } = parseRequest(experimentPreviewRequest, request.body);
    response.json(await askExperimentPreview({ warehouse, now: Date.now() }, question, kind));
  });
  router.get('/:id/results', async (request, response) => {
    const { kind } = parseRequest(kindQuery, request.query);
    const { id } = request.params;
    response.json(await askExperiment({ warehouse, now: Date.now() }, id, await find(id), kind));
  });
  router.get('/:id/series', async (request, response) => {
    const { kind } = parseRequest(kindQuery, request.query);
    const { id } = request.params;
    response.json(await askExperimentSeries({ warehouse, now: Date.now() }, id, await find(id), kind));
  });
  router.get('/:id/distributions', async (request, response) => {
    const { kind } = parseRequest(kindQuery, request.query);
    const { id } = request.params;
    response.json(await askExperimentDistributions({ warehouse, now: Date.now() }, id, await find(id), kind));
  });
  router.use(
    createConfigEntries({
      log,
      kind: 'experiment',
      schema: experiment,
      declared,
      complete: (value, before) => ({
        ...value,
        salt: before === null ? randomBytes(SALT_BYTES).toString('hex') : value['salt'],
        pausedBecause: value['status'] === 'paused' ? (before?.pausedBecause ?? '') : '',
      }),
      check: async (value, before) => {
        const fault = faultInChange(before, value) || (await faultInTargets(value));
        if (fault !== '') throw new SpendlensError('request_invalid', fault);
      },
    }),
  );
  return router;

  /** '' or which variant asks for a provider that the proxy could not call on its own. */
  async function faultInTargets({ status, variants }: Experiment): Promise<string> {
    if (status !== 'running') return '';
    const known = await providers();
    const faults = variants.flatMap(({ name, model = '', fallbacks }) =>
      [model, ...fallbacks].flatMap((target) => {
        const provider = target.includes('/') ? target.slice(0, target.indexOf('/')) : '';
        const found = known.find((each) => each.name === provider);
        if (provider === '' || (found && found.keyFrom !== '')) return [];
        if (!found) return [`variant ${name}: there is no provider ${provider}`];
        return [
          `variant ${name}: ${provider} has no credential; name its variable as providers.${provider}.keyFrom in spendlens.yaml`,
        ];
      }),
    );
    return faults.join('; ');
  }
}
