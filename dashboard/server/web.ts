import { join } from 'node:path';
import express, { Router } from 'express';

const YEAR_MS = 365 * 86_400_000;

/**
 * The built web app. Its assets carry their hash in their name and are kept for good; the page itself is asked for
 * anew each time, and stands for every path that is one of its routes.
 */
export function createWeb(folder: string): Router {
  const router = Router();
  router.use(
    '/assets',
    express.static(join(folder, 'assets'), { immutable: true, maxAge: YEAR_MS, fallthrough: false }),
  );
  router.use(
    express.static(folder, {
      index: false,
      cacheControl: false,
      setHeaders: (response) => void response.set('Cache-Control', 'no-cache'),
    }),
  );
  router.get('/{*route}', (_request, response, next) => {
    response.set('Cache-Control', 'no-cache');
    response.sendFile(join(folder, 'index.html'), { cacheControl: false }, (error) => {
      if (!error || response.headersSent) return;
      if ('code' in error && error.code === 'ENOENT') {
        return void response.status(503).type('text').send('The web app is not built yet: npm start builds it.\n');
      }
      next(error);
    });
  });
  return router;
}
