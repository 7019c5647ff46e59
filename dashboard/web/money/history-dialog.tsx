import type { ConfigEntry, ConfigKind } from '../../../domain/money-api.ts';
import { Settled } from '../parts/settled.tsx';
import { SkeletonRows } from '../parts/skeleton-rows.tsx';
import { useView } from '../state/view.tsx';
import { DialogBody, FormDialog } from './form-dialog.tsx';
import { useConfigHistory } from './queries.ts';
import { When } from './unpriced-panel.tsx';

interface HistoryDialogProps {
  readonly kind: ConfigKind;
  readonly entry: ConfigEntry;
  readonly words: (entry: ConfigEntry) => string;
  readonly onClose: () => void;
}

export function HistoryDialog({ kind, entry, words, onClose }: HistoryDialogProps) {
  const { view } = useView();
  const query = useConfigHistory(kind, entry.id);
  return (
    <FormDialog title="History" text="Every version, the newest first. Nothing is ever overwritten." onClose={onClose}>
      <DialogBody>
        <Settled query={query} skeleton={<SkeletonRows rows={3} />} reading="Reading the history …">
          {({ entries }) => (
            <ol>
              {entries.map((version) => (
                <li key={version.version} className="border-t border-line py-2 text-small">
                  <div className="flex flex-wrap justify-between gap-x-3">
                    <span className="font-medium">
                      Version {version.version}
                      {version.deleted && <span className="text-bad"> · deleted</span>}
                    </span>
                    <span className="text-muted">
                      {version.who} · {version.at !== null && <When at={version.at} zone={view.timeZone} />}
                    </span>
                  </div>
                  <p className={`break-words ${version.deleted ? 'text-muted line-through' : ''}`}>{words(version)}</p>
                </li>
              ))}
            </ol>
          )}
        </Settled>
      </DialogBody>
    </FormDialog>
  );
}
