import { keepPreviousData, type QueryClient, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { z } from 'zod';
import {
  type BreakdownRequest,
  breakdownAnswer,
  newerAnswer,
  propertiesAnswer,
  type RequestsAnswer,
  requestDetail,
  requestSort,
  requestsAnswer,
  type SeriesAnswer,
  type SeriesRequest,
  type StatusAnswer,
  seriesAnswer,
  statusAnswer,
  summaryAnswer,
  valuesAnswer,
} from '../../../domain/api.ts';
import { marksAnswer } from '../../../domain/marks.ts';
import { FEEDBACK } from '../../../domain/scores-api.ts';
import type { Dimension, Metric, View } from '../../../domain/view.ts';
import { get, post, postForFile } from './client.ts';

/** First part of the key of everything that new rows change; the live refresh asks for these again. */
export const LIVE = 'live';
const STATUS_INTERVAL_MS = 2000;
const STATUS_KEY = ['status'];

export type RequestSort = z.infer<typeof requestSort>;
export const isRequestSort = (name: string): name is RequestSort => requestSort.safeParse(name).success;

export function useStatus() {
  return useQuery({
    queryKey: STATUS_KEY,
    queryFn: ({ signal }) => get('/api/status', statusAnswer, signal),
    refetchInterval: STATUS_INTERVAL_MS,
    staleTime: 0,
  });
}

export function useSummary(view: View, enabled = true) {
  return useQuery({
    enabled,
    queryKey: [LIVE, 'summary', view],
    queryFn: ({ signal }) => post('/api/summary', { view }, summaryAnswer, signal),
    placeholderData: keepPreviousData,
  });
}

/** With what was asked: until the next answer is there, the one before is shown, and it means what it meant. */
export interface AskedSeries extends SeriesAnswer {
  readonly metric: Metric;
  readonly splitBy: Dimension | null;
}

export const seriesOptions = (request: SeriesRequest, enabled = true) => ({
  queryKey: [LIVE, 'series', request],
  queryFn: async ({ signal }: { signal: AbortSignal }): Promise<AskedSeries> => {
    const answer = await post('/api/series', request, seriesAnswer, signal);
    return { ...answer, metric: request.metric, splitBy: request.splitBy };
  },
  placeholderData: keepPreviousData,
  enabled,
});

export function useSeries(request: SeriesRequest, enabled = true) {
  return useQuery(seriesOptions(request, enabled));
}

export function useBreakdown(request: BreakdownRequest) {
  return useQuery({
    queryKey: [LIVE, 'breakdown', request],
    queryFn: async ({ signal }) => {
      const answer = await post('/api/breakdown', request, breakdownAnswer, signal);
      return { ...answer, dimension: request.dimension };
    },
    placeholderData: keepPreviousData,
  });
}

export interface RequestsQuery {
  readonly view: View;
  readonly sort: RequestSort;
  readonly descending: boolean;
}
const PAGE = 100;

function requestsPage(query: RequestsQuery, after: string | null, signal?: AbortSignal) {
  return post('/api/requests', { ...query, after, limit: PAGE }, requestsAnswer, signal);
}

const requestsKey = (query: RequestsQuery) => ['requests', query];

/** Pages stay as they were read: new rows would push the ones being read away. `showNewest` brings them in. */
export function useRequests(query: RequestsQuery) {
  return useInfiniteQuery({
    queryKey: requestsKey(query),
    queryFn: ({ pageParam, signal }) => requestsPage(query, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page: RequestsAnswer) => page.next,
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export async function showNewest(cache: QueryClient, query: RequestsQuery): Promise<void> {
  const first = await requestsPage(query, null);
  cache.setQueryData(requestsKey(query), { pages: [first], pageParams: [null] });
}

/** A row, or an instant with no outbox, after which rows are new. */
export interface Since {
  readonly createdAt: string;
  readonly outboxId: string;
  readonly seq: number;
}

export function useNewer(view: View, since: Since | undefined) {
  return useQuery({
    queryKey: [LIVE, 'newer', view, since],
    queryFn: ({ signal }) => post('/api/requests/newer', { view, since }, newerAnswer, signal),
    enabled: since !== undefined,
  });
}

/** The server's clock at the last poll. */
export function serverTime(cache: QueryClient): string | undefined {
  return cache.getQueryData<StatusAnswer>(STATUS_KEY)?.now;
}

export interface RequestIdentity {
  readonly requestId: string;
  readonly outboxId: string;
  readonly seq: number;
}

export function useRequest(identity: RequestIdentity) {
  const path = `/api/requests/${encodeURIComponent(identity.requestId)}`;
  const query = new URLSearchParams({ outbox: identity.outboxId, seq: String(identity.seq) });
  return useQuery({
    queryKey: ['request', identity],
    queryFn: ({ signal }) => get(`${path}?${query}`, requestDetail, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** Thumbs up or down, of exactly this exchange. */
export function rate(identity: RequestIdentity, good: boolean): Promise<unknown> {
  const query = new URLSearchParams({ outbox: identity.outboxId, seq: String(identity.seq) });
  const scores = [{ name: FEEDBACK, value: good }];
  return post(`/api/requests/${encodeURIComponent(identity.requestId)}/scores?${query}`, { scores }, anything);
}

export function useValues(field: string, search: string, kind: View['kind']) {
  const query = new URLSearchParams({ field, search, kind });
  return useQuery({
    queryKey: ['values', field, search, kind],
    queryFn: ({ signal }) => get(`/api/values?${query}`, valuesAnswer, signal),
    placeholderData: keepPreviousData,
  });
}

/** What changed between two instants; asked again with whatever is changed in this window. */
export function useMarks(from: string, to: string) {
  return useQuery({
    queryKey: ['config', 'marks', from, to],
    queryFn: ({ signal }) => get(`/api/marks?${new URLSearchParams({ from, to })}`, marksAnswer, signal),
    placeholderData: keepPreviousData,
    enabled: from < to,
  });
}

export function useProperties(kind: View['kind']) {
  return useQuery({
    queryKey: ['properties', kind],
    queryFn: ({ signal }) => get(`/api/properties?kind=${kind}`, propertiesAnswer, signal),
  });
}

const anything = z.unknown();
export const signIn = (token: string): Promise<unknown> => post('/api/sign-in', { token }, anything);
export const signOut = (): Promise<unknown> => post('/api/sign-out', {}, anything);

/** Everything that a table holds, as a file, however many of its rows were shown. */
export const breakdownFile = (request: BreakdownRequest) => postForFile('/api/breakdown?format=csv', request);
export const requestsFile = (query: RequestsQuery) =>
  postForFile('/api/requests?format=csv', { ...query, after: null, limit: PAGE });
