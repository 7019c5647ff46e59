import { useState } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import type { Experiment, ExperimentStatus } from '../../../domain/experiments/experiment.ts';
import type { ConfigEntry } from '../../../domain/money-api.ts';
import type { Problems } from '../money/override-draft.ts';
import { useSaving } from '../money/saving.ts';
import { PageHead } from '../pages/page-head.tsx';
import { Button } from '../parts/button.tsx';
import { sharedSearch, useView } from '../state/view.tsx';
import { checkDraft, draftOf, emptyDraft } from './draft.ts';
import { readExperiment } from './entry.ts';
import { ExperimentForm } from './experiment-form.tsx';
import { OneExperiment } from './one-experiment.tsx';
import { PreviewPanel, useDraftPreview } from './preview-panel.tsx';

export const NewExperimentPage = () => <Editor entry={null} before={null} />;

export const EditExperimentPage = () => (
  <OneExperiment>{(entry, before) => <Editor key={entry.id} entry={entry} before={before} />}</OneExperiment>
);

interface EditorProps {
  /** What is being changed; null for a new one. */
  readonly entry: ConfigEntry | null;
  readonly before: Experiment | null;
}

function Editor(given: EditorProps) {
  const [base, setBase] = useState(given);
  const { entry, before } = base;
  const { view } = useView();
  const [draft, setDraft] = useState(() => (before === null ? emptyDraft() : draftOf(before)));
  const [problems, setProblems] = useState<Problems>({});
  const saving = useSaving('experiment');
  const preview = useDraftPreview(draft, view.kind);
  const go = useGo();
  const suggested = preview.data?.unitsPerArm ?? null;

  async function save(status: ExperimentStatus) {
    const result = checkDraft(draft, { before, status, plannedUnits: suggested });
    if (result.kind === 'invalid') return setProblems(result.problems);
    setProblems({});
    const saved = await saving.save(entry, result.value);
    if (saved) go(`/experiments/${encodeURIComponent(saved.id)}`);
  }

  function loadNewest() {
    const newest = entry === null ? null : saving.newest(entry.id);
    const now = newest === null ? null : readExperiment(newest);
    if (now === null) return go('/experiments');
    setBase({ entry: newest, before: now });
    setDraft(draftOf(now));
    saving.forgive();
  }

  const change = (part: Partial<typeof draft>) => {
    setDraft((now) => ({ ...now, ...part }));
    setProblems({});
    if (!saving.stale) saving.forgive();
  };
  const atField = variantProblem(saving.problem, draft.variants);
  const shown = { ...problems, ...atField };
  const foot = footOf(shown, Object.keys(atField).length > 0 ? null : saving.problem);
  const status = before?.status ?? 'draft';
  return (
    <form
      className="flex min-h-full flex-col"
      onSubmit={(event) => {
        event.preventDefault();
        void save(status);
      }}
    >
      <div className="flex flex-1 flex-col gap-3 p-4 max-sm:p-3">
        <PageHead
          title={before === null ? 'New experiment' : before.name}
          question={before === null ? 'What shall be compared?' : `Change “${before.name}”`}
        />
        <div className="grid grid-cols-[minmax(0,1fr)_320px] items-start gap-3 max-lg:grid-cols-1">
          <ExperimentForm draft={draft} problems={shown} before={before} suggested={suggested} onChange={change} />
          <div className="sticky top-4 max-lg:static">
            <PreviewPanel draft={draft} query={preview} />
          </div>
        </div>
      </div>
      <footer className="sticky bottom-0 z-20 flex min-h-12 flex-wrap items-center justify-end gap-2 border-t border-line bg-surface px-4 py-2">
        {foot !== null && (
          <p role="alert" className="min-w-0 flex-1 basis-60 text-small break-words text-bad">
            {foot}
          </p>
        )}
        {saving.stale ? (
          <Button look="primary" onClick={loadNewest}>
            Load what stands now
          </Button>
        ) : (
          <>
            <Button
              onClick={() => go(entry === null ? '/experiments' : `/experiments/${encodeURIComponent(entry.id)}`)}
            >
              Cancel
            </Button>
            {status === 'draft' ? (
              <>
                <Button type="submit" disabled={saving.busy}>
                  Save as draft
                </Button>
                <Button look="primary" disabled={saving.busy} onClick={() => void save('running')}>
                  {saving.busy ? 'Saving …' : 'Start it'}
                </Button>
              </>
            ) : (
              <Button type="submit" look="primary" disabled={saving.busy}>
                {saving.busy ? 'Saving …' : 'Save'}
              </Button>
            )}
          </>
        )}
      </footer>
    </form>
  );
}

function useGo(): (path: string) => void {
  const navigate = useNavigate();
  const [params] = useSearchParams();
  return (path) => void navigate(`${path}${sharedSearch(params)}`);
}

/** The server names the variant whose model it refuses: `variant b: anthropic has no credential …`. */
function variantProblem(problem: string | null, variants: readonly { readonly name: string }[]): Problems {
  const [, name, fault] = problem?.match(/^variant ([\w-]+): (.+)$/s) ?? [];
  const index = variants.findIndex((each) => each.name.trim() === name);
  return index < 0 || fault === undefined ? {} : { [`variants.${index}.model`]: fault };
}

/** Fields say themselves what is wrong with them; the foot says that one does, since it may be out of sight. */
function footOf(problems: Problems, refused: string | null): string | null {
  if (refused !== null) return refused;
  const [first] = Object.entries(problems);
  if (first === undefined) return null;
  const [path, message] = first;
  return `${pathWords(path)}: ${message}`;
}

function pathWords(path: string): string {
  const [, index, field] = path.match(/^variants\.(\d+)\.?(.*)$/) ?? [];
  if (index === undefined)
    return path === '' ? 'Not saved' : path.replace(/\.(\d+)\.?/g, (_, at) => ` ${Number(at) + 1} `).trim();
  return `Variant ${Number(index) + 1}${field ? `, ${field}` : ''}`;
}
