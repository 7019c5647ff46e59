import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ProxyKey, withoutScheme } from './credential.ts';

/** The proxy's own paths, for whoever runs it. */
export interface OperationsPaths {
  /** True where the request was one of ours. */
  answers(req: IncomingMessage, res: ServerResponse): boolean;
}

export interface OperationsParts {
  readonly isDraining: () => boolean;
  readonly scrape: () => Promise<string>;
  readonly proxyKey: ProxyKey | null;
  /** True for host names that stand for a provider, whose own `/metrics` is then meant. */
  readonly isProviderHost: (host: string | undefined) => boolean;
}

export function createOperationsPaths({
  isDraining,
  scrape,
  proxyKey,
  isProviderHost,
}: OperationsParts): OperationsPaths {
  function answer(res: ServerResponse, status: number, text: string, contentType = 'text/plain; charset=utf-8'): true {
    res.writeHead(status, { 'Content-Type': contentType, 'Cache-Control': 'no-store' });
    res.end(text);
    return true;
  }

  function metrics(req: IncomingMessage, res: ServerResponse): true {
    const auth = req.headers['helicone-auth'] ?? req.headers['spendlens-auth'] ?? req.headers.authorization ?? '';
    if (proxyKey && !proxyKey.matches(withoutScheme(String(auth)))) {
      return answer(res, 401, 'this proxy asks for its key, in Authorization: Bearer KEY\n');
    }
    scrape().then(
      (text) => answer(res, 200, text, 'text/plain; version=0.0.4; charset=utf-8'),
      (error) => answer(res, 500, `${String(error)}\n`),
    );
    return true;
  }

  return {
    answers(req, res) {
      const { url = '', method } = req;
      if (method !== 'GET' && method !== 'HEAD') return false;
      if (url !== '/healthz' && url !== '/readyz' && url !== '/metrics') return false;
      if (isProviderHost(req.headers.host)) return false;
      if (url === '/metrics') return metrics(req, res);
      if (url === '/readyz' && isDraining()) return answer(res, 503, 'draining\n');
      return answer(res, 200, 'ok\n');
    },
  };
}
