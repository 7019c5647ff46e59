import { type QueryClient, useQuery, useQueryClient } from '@tanstack/react-query';
import { z } from 'zod';
import {
  type ConfigEntry,
  type ConfigKind,
  configEntries,
  configEntry,
  type ReconciliationAnswer,
  type ReconciliationRequest,
  type RepricingSelection,
  reconciliationAnswer,
  repricingJob,
  repricingJobs,
  repricingPreview,
  unpricedModels,
} from '../../../domain/money-api.ts';
import type { View } from '../../../domain/view.ts';
import { get, post } from '../api/client.ts';
import { LIVE } from '../api/queries.ts';

const paths: Readonly<Record<ConfigKind, string>> = {
  'price-override': '/api/price-overrides',
  'model-alias': '/api/model-aliases',
  experiment: '/api/experiments',
  route: '/api/routes',
};
const JOBS_KEY = ['repricing', 'jobs'];
const RUNNING_POLL_MS = 700;

export function useUnpriced(kind: View['kind']) {
  return useQuery({
    queryKey: [LIVE, 'unpriced-models', kind],
    queryFn: ({ signal }) => get(`/api/unpriced-models?kind=${kind}`, unpricedModels, signal),
  });
}

export function useConfigEntries(kind: ConfigKind) {
  return useQuery({
    queryKey: ['config', kind],
    queryFn: ({ signal }) => get(paths[kind], configEntries, signal),
    staleTime: 0,
  });
}

export function useConfigHistory(kind: ConfigKind, id: string) {
  return useQuery({
    queryKey: ['config', kind, 'history', id],
    queryFn: ({ signal }) => get(`${paths[kind]}/history?id=${encodeURIComponent(id)}`, configEntries, signal),
    staleTime: 0,
  });
}

/** Saves a new entry where `base` is null, else the next version of it. */
export async function saveEntry(cache: QueryClient, kind: ConfigKind, base: ConfigEntry | null, value: object) {
  const body = base === null ? { version: 0, value } : { id: base.id, version: base.version, value };
  const saved = await post(paths[kind], body, configEntry);
  await cache.invalidateQueries({ queryKey: ['config', kind] });
  return saved;
}

export async function deleteEntry(cache: QueryClient, kind: ConfigKind, { id, version }: ConfigEntry) {
  await post(`${paths[kind]}/delete`, { id, version }, configEntry);
  await cache.invalidateQueries({ queryKey: ['config', kind] });
}

/** All corrections; followed closely while one is under way. */
export function useRepricingJobs() {
  return useQuery({
    queryKey: JOBS_KEY,
    queryFn: ({ signal }) => get('/api/repricing', repricingJobs, signal),
    staleTime: 0,
    refetchInterval: ({ state }) => (state.data?.jobs.some(isUnderWay) ? RUNNING_POLL_MS : false),
  });
}

export const isUnderWay = ({ state }: { readonly state: string }): boolean =>
  state === 'planning' || state === 'applying';

/** What would change. Each opening of the dialog works it out anew, since `asked` names it. */
export function usePreview(selection: RepricingSelection | null, asked: number) {
  const begun = useQuery({
    queryKey: ['repricing', 'preview', selection, asked],
    queryFn: ({ signal }) => post('/api/repricing/preview', selection, z.object({ id: z.string() }), signal),
    enabled: selection !== null,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  const id = begun.data?.id ?? '';
  const preview = useQuery({
    queryKey: ['repricing', 'preview', id],
    queryFn: ({ signal }) => get(`/api/repricing/preview/${id}`, repricingPreview, signal),
    enabled: id !== '',
    refetchInterval: ({ state }) => (state.data === undefined || state.data.state === 'running' ? 400 : false),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return { data: preview.data, error: begun.error ?? preview.error };
}

export function useRepricing() {
  const cache = useQueryClient();
  const changed = () => cache.invalidateQueries({ queryKey: JOBS_KEY });
  return {
    async apply(selection: RepricingSelection, why: string) {
      const job = await post('/api/repricing', { selection, why }, repricingJob);
      await changed();
      return job;
    },
    async undo(id: string, why: string) {
      const job = await post('/api/repricing/undo', { id, why }, repricingJob);
      await changed();
      return job;
    },
  };
}

/** Every figure on every page is another one once calls were priced again. */
export function readFiguresAgain(cache: QueryClient): void {
  for (const queryKey of [[LIVE], ['requests'], ['request']]) void cache.invalidateQueries({ queryKey });
}

const RECONCILIATION_KEY = ['reconciliation'];

/** The last comparison, kept while the page is open, so that going back from its requests finds it again. */
export function useReconciliation() {
  const cache = useQueryClient();
  const { data } = useQuery<ReconciliationAnswer | null>({
    queryKey: RECONCILIATION_KEY,
    queryFn: () => null,
    enabled: false,
    gcTime: Number.POSITIVE_INFINITY,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return {
    answer: data ?? null,
    async compare(request: ReconciliationRequest) {
      const answer = await post('/api/reconciliation', request, reconciliationAnswer);
      cache.setQueryData(RECONCILIATION_KEY, answer);
    },
    forget: () => cache.setQueryData(RECONCILIATION_KEY, null),
  };
}
