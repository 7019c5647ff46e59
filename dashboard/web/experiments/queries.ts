import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { z } from 'zod';
import { experimentDistributions } from '../../../domain/experiments/distributions.ts';
import {
  experimentPreview,
  type experimentPreviewRequest,
  experimentResults,
  experimentSeries,
} from '../../../domain/experiments/results.ts';
import type { ConfigEntry } from '../../../domain/money-api.ts';
import type { View } from '../../../domain/view.ts';
import { get, post } from '../api/client.ts';
import { useConfigEntries } from '../money/queries.ts';

export interface AskedExperiment {
  readonly id: string;
  readonly kind: View['kind'];
  /** How often to ask again; false where nothing new is to come. */
  readonly everyMs: number | false;
  readonly enabled?: boolean;
}

const pathOf = ({ id, kind }: AskedExperiment, what: string) =>
  `/api/experiments/${encodeURIComponent(id)}/${what}?kind=${kind}`;

export function useResults(asked: AskedExperiment) {
  return useQuery({
    queryKey: ['experiment', 'results', asked.id, asked.kind],
    queryFn: ({ signal }) => get(pathOf(asked, 'results'), experimentResults, signal),
    refetchInterval: asked.everyMs,
    staleTime: 2_000,
    enabled: asked.enabled ?? true,
  });
}

export function useExperimentSeries(asked: AskedExperiment) {
  return useQuery({
    queryKey: ['experiment', 'series', asked.id, asked.kind],
    queryFn: ({ signal }) => get(pathOf(asked, 'series'), experimentSeries, signal),
    refetchInterval: asked.everyMs,
    staleTime: 2_000,
  });
}

export function useExperimentDistributions(asked: AskedExperiment) {
  return useQuery({
    queryKey: ['experiment', 'distributions', asked.id, asked.kind],
    queryFn: ({ signal }) => get(pathOf(asked, 'distributions'), experimentDistributions, signal),
    refetchInterval: asked.everyMs,
    staleTime: 2_000,
  });
}

export type PreviewQuestion = z.input<typeof experimentPreviewRequest>;

/** Null asks nothing, and what was answered last stays. */
export function useExperimentPreview(question: PreviewQuestion | null) {
  return useQuery({
    queryKey: ['experiment', 'preview', question],
    queryFn: ({ signal }) => post('/api/experiments/preview', question, experimentPreview, signal),
    enabled: question !== null,
    placeholderData: keepPreviousData,
  });
}

/** The file's entry hides one of the dashboard with its id, as it does for the proxies. */
export function useExperimentEntries() {
  const query = useConfigEntries('experiment');
  const { data } = query;
  return { ...query, data: data && withoutHidden(data.entries) };
}

function withoutHidden(entries: readonly ConfigEntry[]): readonly ConfigEntry[] {
  const declared = new Set(entries.filter(({ source }) => source === 'file').map(({ id }) => id));
  return entries.filter(({ id, source }) => source === 'file' || !declared.has(id));
}

/** The value once it stays the same for `pauseMs`; compared as JSON, since a form makes it anew with each key. */
export function useSettled<Value>(value: Value, pauseMs: number): Value {
  const [settled, setSettled] = useState(value);
  const text = JSON.stringify(value);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text is the value.
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), pauseMs);
    return () => clearTimeout(timer);
  }, [text, pauseMs]);
  return settled;
}
