import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type CacheGrain, cacheAnswer, promptCachesAnswer, repeatsAnswer } from '../../../domain/cache-api.ts';
import type { View } from '../../../domain/view.ts';
import { post } from '../api/client.ts';
import { LIVE } from '../api/queries.ts';

/** Bodies and receipts are long: new rows alone do not make them be read again. */
const FRESH_MS = 60_000;

export function useCacheAnswer(view: View, by: CacheGrain) {
  return useQuery({
    queryKey: [LIVE, 'cache', view, by],
    queryFn: ({ signal }) => post('/api/cache', { view, by }, cacheAnswer, signal),
    placeholderData: keepPreviousData,
  });
}

export function useRepeats(view: View) {
  return useQuery({
    queryKey: ['cache-repeats', view],
    queryFn: ({ signal }) => post('/api/cache/repeats', { view }, repeatsAnswer, signal),
    placeholderData: keepPreviousData,
    staleTime: FRESH_MS,
  });
}

export function usePromptCaches(view: View) {
  return useQuery({
    queryKey: ['prompt-caches', view],
    queryFn: ({ signal }) => post('/api/cache/providers', { view }, promptCachesAnswer, signal),
    placeholderData: keepPreviousData,
    staleTime: FRESH_MS,
  });
}
