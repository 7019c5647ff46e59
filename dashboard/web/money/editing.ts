import { useState } from 'react';
import type { ConfigEntry, ConfigKind } from '../../../domain/money-api.ts';
import { type Saving, useSaving } from './saving.ts';

interface EditingOptions<Draft> {
  readonly kind: ConfigKind;
  /** What is being edited; null for a new one. */
  readonly entry: ConfigEntry | null;
  /** Null for what an older or newer program wrote. */
  readonly draftOf: (entry: ConfigEntry) => Draft | null;
  readonly empty: Draft;
  readonly onClose: () => void;
}

export interface Editing<Draft> {
  readonly draft: Draft;
  readonly saving: Saving;
  change(part: Partial<Draft>): void;
  /** False where it was not saved; `saving` knows why. */
  save(value: object): Promise<boolean>;
  /** After somebody else saved: goes on from theirs. */
  loadNewest(): void;
}

/** A form over one entry of the configuration, which others may be changing too. */
export function useEditing<Draft>({ kind, entry, draftOf, empty, onClose }: EditingOptions<Draft>): Editing<Draft> {
  const [base, setBase] = useState(entry);
  const [draft, setDraft] = useState<Draft>(() => (entry && draftOf(entry)) ?? empty);
  const saving = useSaving(kind);
  return {
    draft,
    saving,
    change(part) {
      setDraft((now) => ({ ...now, ...part }));
      saving.forgive();
    },
    save: async (value) => (await saving.save(base, value)) !== null,
    loadNewest() {
      const newest = base === null ? null : saving.newest(base.id);
      const fresh = newest && draftOf(newest);
      if (fresh === null) return onClose();
      setBase(newest);
      setDraft(fresh);
      saving.forgive();
    },
  };
}
