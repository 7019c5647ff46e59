import { useState } from 'react';
import type { RepricingSelection } from '../../../domain/money-api.ts';
import { Button } from '../parts/button.tsx';
import { reasonOf } from '../parts/failure.tsx';
import { useServer } from '../state/view.tsx';
import { TextField } from './fields.tsx';
import { DialogBody, DialogFoot, FormDialog } from './form-dialog.tsx';
import { JobResult } from './job-result.tsx';
import { ProviderNames } from './override-dialog.tsx';
import { PreviewTable } from './preview-table.tsx';
import { usePreview, useRepricing } from './queries.ts';
import { afterDay, dayOfInstant, type RepriceStart } from './reprice-start.ts';

interface RepriceDialogProps {
  readonly start: RepriceStart;
  readonly onClose: () => void;
}

type Step =
  | { readonly kind: 'choose' }
  | { readonly kind: 'preview'; readonly selection: RepricingSelection; readonly asked: number }
  | { readonly kind: 'job'; readonly id: string };

/** Choose, see what would change, apply, and see it done. Closing it does not stop what was begun. */
export function RepriceDialog({ start, onClose }: RepriceDialogProps) {
  const [step, setStep] = useState<Step>({ kind: 'choose' });
  const [choice, setChoice] = useState(useFirstChoice(start));
  if (step.kind === 'job') {
    return (
      <FormDialog title="Price recorded calls again" onClose={onClose}>
        <JobResult id={step.id} onClose={onClose} />
      </FormDialog>
    );
  }
  if (step.kind === 'preview') {
    return (
      <Preview
        selection={step.selection}
        asked={step.asked}
        why={start.why}
        onBack={() => setStep({ kind: 'choose' })}
        onBegun={(id) => setStep({ kind: 'job', id })}
        onClose={onClose}
      />
    );
  }
  return (
    <Choose
      intro={start.intro}
      choice={choice}
      onChange={setChoice}
      onNext={(selection) => setStep({ kind: 'preview', selection, asked: Date.now() })}
      onClose={onClose}
    />
  );
}

interface Choice {
  readonly first: string;
  readonly last: string;
  readonly model: string;
  readonly provider: string;
}

function useFirstChoice({ model, provider, from, to }: RepriceStart): Choice {
  const { firstRowAt, now } = useServer();
  const today = dayOfInstant(now);
  return {
    first: from ?? (firstRowAt === null ? today : dayOfInstant(firstRowAt)),
    last: to ?? today,
    model: model ?? '',
    provider: provider ?? '',
  };
}

interface ChooseProps {
  readonly intro: string;
  readonly choice: Choice;
  readonly onChange: (choice: Choice) => void;
  readonly onNext: (selection: RepricingSelection) => void;
  readonly onClose: () => void;
}

function Choose({ intro, choice, onChange, onNext, onClose }: ChooseProps) {
  const { first, last, model, provider } = choice;
  const problem =
    first === '' || last === '' || first > last ? 'The last day must not come before the first' : undefined;
  return (
    <FormDialog title="Price recorded calls again" text={intro} onClose={onClose}>
      <form
        className="flex min-h-0 flex-1 flex-col"
        onSubmit={(event) => {
          event.preventDefault();
          if (problem !== undefined) return;
          onNext({
            from: `${first}T00:00:00.000Z`,
            to: `${afterDay(last)}T00:00:00.000Z`,
            ...(model.trim() === '' ? {} : { model: model.trim() }),
            ...(provider.trim() === '' ? {} : { provider: provider.trim() }),
          });
        }}
      >
        <DialogBody>
          <div className="grid grid-cols-2 gap-3">
            <TextField
              label="First day (UTC)"
              type="date"
              value={first}
              onChange={(value) => onChange({ ...choice, first: value })}
            />
            <TextField
              label="Last day (UTC)"
              type="date"
              value={last}
              problem={problem}
              onChange={(value) => onChange({ ...choice, last: value })}
            />
            <TextField
              label="Model"
              hint="As asked or answered; empty: all"
              value={model}
              onChange={(value) => onChange({ ...choice, model: value })}
            />
            <TextField
              label="Provider"
              hint="Empty: all"
              list="money-providers"
              value={provider}
              onChange={(value) => onChange({ ...choice, provider: value })}
            />
            <ProviderNames />
          </div>
          <p className="mt-3 text-small text-muted">Nothing is changed before you have seen the difference.</p>
        </DialogBody>
        <DialogFoot problem={null}>
          <Button onClick={onClose}>Not now</Button>
          <Button type="submit" look="primary" disabled={problem !== undefined}>
            Show the difference
          </Button>
        </DialogFoot>
      </form>
    </FormDialog>
  );
}

interface PreviewProps {
  readonly selection: RepricingSelection;
  readonly asked: number;
  readonly why: string;
  readonly onBack: () => void;
  readonly onBegun: (id: string) => void;
  readonly onClose: () => void;
}

function Preview({ selection, asked, why, onBack, onBegun, onClose }: PreviewProps) {
  const preview = usePreview(selection, asked);
  const repricing = useRepricing();
  const [reason, setReason] = useState(why);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const changed = preview.data?.difference?.changed ?? 0;
  async function apply() {
    setBusy(true);
    try {
      onBegun((await repricing.apply(selection, reason.trim())).id);
    } catch (error) {
      setProblem(reasonOf(error));
      setBusy(false);
    }
  }
  return (
    <FormDialog
      wide
      title="What would change"
      text={`${selection.model ?? 'All models'}${selection.provider === undefined ? '' : ` at ${selection.provider}`}, ${dayOfInstant(selection.from)} to before ${dayOfInstant(selection.to)} (UTC)`}
      onClose={onClose}
    >
      <form
        className="flex min-h-0 flex-1 flex-col"
        onSubmit={(event) => {
          event.preventDefault();
          void apply();
        }}
      >
        <DialogBody>
          <PreviewTable preview={preview.data} error={preview.error} />
          {changed > 0 && (
            <TextField
              className="mt-3"
              label="Why, for the record"
              hint="Stands on every receipt that is changed"
              value={reason}
              problem={reason.trim() === '' ? 'a reason, which receipts will show' : undefined}
              onChange={setReason}
            />
          )}
        </DialogBody>
        <DialogFoot problem={problem}>
          <Button onClick={onBack}>Back</Button>
          <Button type="submit" look="primary" disabled={busy || changed === 0 || reason.trim() === ''}>
            {busy ? 'Beginning …' : 'Apply'}
          </Button>
        </DialogFoot>
      </form>
    </FormDialog>
  );
}
