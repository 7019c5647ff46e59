import { QueryCache, QueryClient } from '@tanstack/react-query';
import { ApiFailure } from './client.ts';

const isUnauthorised = (error: unknown): boolean => error instanceof ApiFailure && error.status === 401;

/** Refusals are final; only where no answer came, or the server was in trouble, does asking again help. */
function mayRetry(failures: number, error: unknown): boolean {
  if (!(error instanceof ApiFailure)) return false;
  return failures < 2 && (error.status === 0 || error.status >= 500);
}

export function createCache(onSignedOut: () => void): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({ onError: (error) => isUnauthorised(error) && onSignedOut() }),
    defaultOptions: {
      queries: {
        retry: mayRetry,
        retryDelay: (failures) => 400 * 2 ** failures,
        refetchOnWindowFocus: false,
        staleTime: 30_000,
        gcTime: 120_000,
        networkMode: 'always',
      },
    },
  });
}
