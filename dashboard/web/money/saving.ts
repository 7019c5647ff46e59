import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { type ConfigEntry, type ConfigKind, configEntries } from '../../../domain/money-api.ts';
import { ApiFailure } from '../api/client.ts';
import { reasonOf } from '../parts/failure.tsx';
import { saveEntry } from './queries.ts';

export interface Saving {
  readonly busy: boolean;
  readonly problem: string | null;
  /** Somebody else saved, or deleted, what is being edited. */
  readonly stale: boolean;
  /** What was saved; null where it was not. */
  save(base: ConfigEntry | null, value: object): Promise<ConfigEntry | null>;
  /** The entry as it stands now; null where it is gone. */
  newest(id: string): ConfigEntry | null;
  forgive(): void;
}

export function useSaving(kind: ConfigKind): Saving {
  const cache = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const stale = failure instanceof ApiFailure && failure.code === 'stale';
  return {
    busy,
    stale,
    problem: failure === null ? null : stale ? staleWords : reasonOf(failure),
    async save(base, value) {
      setBusy(true);
      try {
        const saved = await saveEntry(cache, kind, base, value);
        setFailure(null);
        return saved;
      } catch (error) {
        // First, since whoever reads of it may ask for what stands now at once.
        await cache.invalidateQueries({ queryKey: ['config', kind] });
        setFailure(error);
        return null;
      } finally {
        setBusy(false);
      }
    },
    newest(id) {
      const known = configEntries.safeParse(cache.getQueryData(['config', kind]));
      return known.data?.entries.find((entry) => entry.id === id) ?? null;
    },
    forgive: () => setFailure(null),
  };
}

const staleWords =
  'This was changed in another window since you opened it, so nothing was saved. Load what stands now, then make your change again.';
