import compression from 'compression';
import express, { type Express } from 'express';
import helmet from 'helmet';
import type { Warehouse } from '../../clickhouse/client.ts';
import { readDashboardRules } from '../../clickhouse/price-rules.ts';
import { createScores } from '../../clickhouse/scores.ts';
import { orderRules, type PriceRules } from '../../domain/prices/rules.ts';
import type { Logger } from '../../process/log.ts';
import type { ChildState } from '../../process/messages.ts';
import { createApi } from './api.ts';
import { createCompare } from './compare.ts';
import type { DashboardConfig } from './config.ts';
import { createExperiments, type ExperimentsParts } from './experiments.ts';
import { createHostGuard, guardOrigin } from './guard.ts';
import { createLag } from './lag.ts';
import { createLimiter } from './limiter.ts';
import { createMoneyApi, type MoneyParts } from './money.ts';
import { createReconciliation, RECONCILIATION_LIMIT } from './reconciliation.ts';
import { createErrorHandler, Refusal } from './refusal.ts';
import { createRoutes, type RoutesParts } from './routes.ts';
import { createHeliconeScores, createScoresApi } from './scores.ts';
import { createSessions } from './session.ts';
import { createGate, createSignIn, createSignInLink } from './sign-in.ts';
import { createSnapshot } from './snapshot.ts';
import { createStatus } from './status.ts';
import { createWeb } from './web.ts';

export interface AppParts {
  readonly config: DashboardConfig;
  readonly warehouse: Warehouse;
  readonly children: () => readonly ChildState[];
  readonly log: Logger;
  readonly money: Omit<MoneyParts, 'warehouse'>;
  readonly experiments: Pick<ExperimentsParts, 'declared' | 'providers'>;
  /** Those that spendlens.yaml declares. */
  readonly routes: RoutesParts['declared'];
  /** The folder of the built web app. */
  readonly web: string;
}

const BODY_LIMIT = '1mb';

const security = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'self'"],
      scriptSrc: ["'self'"],
      // Components set positions and colours as style attributes and inject the style that stops a page scrolling.
      styleSrc: ["'self'", "'unsafe-inline'"],
      // Pictures inside conversations are data of the page itself; those elsewhere are never fetched.
      imgSrc: ["'self'", 'data:'],
      fontSrc: ["'self'", 'data:'],
      connectSrc: ["'self'"],
      objectSrc: ["'none'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
    },
  },
  // Served over plain HTTP on loopback; whoever puts TLS in front sets it there.
  strictTransportSecurity: false,
});

/** The dashboard's web server: the API under /api, the web app everywhere else. */
export function createApp({ config, warehouse, children, log, money, experiments, routes, web }: AppParts): Express {
  const sessions = createSessions(config.token);
  const limiter = createLimiter();
  const status = createStatus({
    warehouse,
    children,
    proxyUrl: config.proxyUrl,
    proxyKey: config.proxyKey,
    sqlUrl: config.warehouse.url,
    lag: config.kafka ? createLag(config.kafka, log) : null,
  });
  const gate = createGate(sessions);
  const scores = createScores(warehouse);
  const app = express();
  app.disable('etag');
  app.set('query parser', 'simple');
  app.use(security, compression(), createHostGuard(config.host, config.publicHosts), guardOrigin);
  app.use('/api', (_request, response, next) => {
    response.set('Cache-Control', 'no-store');
    next();
  });
  // Files are long, so nobody's is read before it is known whose it is.
  app.use('/api/reconciliation', gate, express.json({ limit: RECONCILIATION_LIMIT }));
  app.use('/api', express.json({ limit: BODY_LIMIT }), createSignIn(sessions, limiter), gate);
  app.get('/api/me', (_request, response) => void response.json({}));
  app.use('/api', createApi(warehouse, status), createMoneyApi({ warehouse, ...money }), createScoresApi(scores));
  const { log: changes, fileRules } = money;
  app.use('/api/snapshot', createSnapshot({ log: changes, experiments: experiments.declared, routes, fileRules }));
  app.use('/api/experiments', createExperiments({ warehouse, log: money.log, ...experiments }));
  app.use(
    '/api/routes',
    createRoutes({ warehouse, log: money.log, declared: routes, providers: experiments.providers }),
  );
  app.use('/api/models/compare', createCompare({ warehouse, rules: () => rulesNow(money) }));
  app.use('/api/reconciliation', createReconciliation(warehouse));
  app.use('/api', (request) => {
    throw new Refusal(404, 'not_found', `there is no ${request.method} /api${request.path}`);
  });
  app.use('/v1/request', express.json({ limit: BODY_LIMIT }), gate, createHeliconeScores(scores));
  app.get('/', createSignInLink(sessions, limiter));
  app.use(createWeb(web));
  app.use(createErrorHandler(log));
  return app;
}

/** What spendlens.yaml and the dashboard say about prices, as ingest applies it. */
async function rulesNow({ log, fileRules }: Pick<MoneyParts, 'log' | 'fileRules'>): Promise<PriceRules> {
  const [file, { rules }] = await Promise.all([fileRules(), readDashboardRules(log)]);
  return orderRules(file, rules);
}
