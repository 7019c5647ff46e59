import { Plus } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { Experiment, ExperimentUnit } from '../../../domain/experiments/experiment.ts';
import { useValues } from '../api/queries.ts';
import { Field, input, TextField } from '../money/fields.tsx';
import type { Problems } from '../money/override-draft.ts';
import { Button } from '../parts/button.tsx';
import { Segments } from '../parts/segments.tsx';
import { useView } from '../state/view.tsx';
import { type ExperimentDraft, emptyVariant, evenShares, nextKey } from './draft.ts';
import { GoalFields, GuardRows } from './goal-fields.tsx';
import { Section } from './section.tsx';
import { ExposureField, TargetRows } from './target-rows.tsx';
import { VariantFields } from './variant-fields.tsx';

const units = [
  { value: 'user', title: 'User' },
  { value: 'session', title: 'Session' },
  { value: 'request', title: 'Request' },
] as const satisfies readonly { value: ExperimentUnit; title: string }[];

const confidences = [
  { value: 'anytime', title: 'At any time' },
  { value: 'fixed', title: 'Once, at the end' },
] as const;

const MOST_VARIANTS = 6;
const MOST_TARGETS = 10;

interface ExperimentFormProps {
  readonly draft: ExperimentDraft;
  readonly problems: Problems;
  /** Null for a new one. */
  readonly before: Experiment | null;
  /** Units per arm that the preview found. */
  readonly suggested: number | null;
  readonly onChange: (part: Partial<ExperimentDraft>) => void;
}

export function ExperimentForm({ draft, problems, before, suggested, onChange }: ExperimentFormProps) {
  const fixed = before !== null && before.status !== 'draft';
  return (
    <div className="flex min-w-0 flex-col gap-3">
      <ModelNames />
      {fixed && (
        <p className="rounded-md border border-line bg-sunken px-3 py-2 text-small text-muted">
          It has run: what decides about its units stands. Name, exposure and guards can still change.
        </p>
      )}
      <Section title="What is it about?">
        <div className="flex flex-col gap-3">
          <TextField
            label="Name"
            placeholder="A cheaper model for summaries"
            value={draft.name}
            problem={problems['name']}
            autoFocus={before === null}
            onChange={(name) => onChange({ name })}
          />
          <Field
            label="Hypothesis"
            hint="What you expect, written down before you look"
            problem={problems['hypothesis']}
          >
            {(attributes) => (
              <textarea
                {...attributes}
                rows={2}
                value={draft.hypothesis}
                onChange={(event) => onChange({ hypothesis: event.target.value })}
                className={`${input} h-auto min-h-14 resize-y py-1.5`}
              />
            )}
          </Field>
        </div>
      </Section>
      <Section title="Whom does it meet?" fixed={fixed} aside={<AddTarget draft={draft} onChange={onChange} />}>
        <TargetRows targets={draft.targeting} problems={problems} onChange={(targeting) => onChange({ targeting })} />
        <Labelled title="What is assigned a variant">
          <Segments label="Unit" options={units} value={draft.unit} onChange={(unit) => onChange({ unit })} />
        </Labelled>
      </Section>
      <Section title="How many of them?">
        <ExposureField
          value={draft.exposure}
          problem={problems['exposure']}
          unit={draft.unit}
          onChange={(exposure) => onChange({ exposure })}
        />
      </Section>
      <Section title="What is compared?" fixed={fixed} aside={<VariantButtons draft={draft} onChange={onChange} />}>
        <VariantFields variants={draft.variants} problems={problems} onChange={(variants) => onChange({ variants })} />
      </Section>
      <Section title="What decides?" fixed={fixed}>
        <GoalFields draft={draft} problems={problems} onChange={onChange} />
        <Judging draft={draft} problems={problems} suggested={suggested} onChange={onChange} />
      </Section>
      <Section title="What must not get worse?" text="A guard that is crossed for certain pauses the experiment.">
        <GuardRows draft={draft} problems={problems} onChange={(guards) => onChange({ guards })} />
      </Section>
    </div>
  );
}

type Changing = Pick<ExperimentFormProps, 'draft' | 'onChange'>;

function AddTarget({ draft: { targeting }, onChange }: Changing) {
  const add = () => onChange({ targeting: [...targeting, { key: nextKey(), field: 'feature', value: '' }] });
  return (
    <Button onClick={add} disabled={targeting.length >= MOST_TARGETS}>
      <Plus size={13} aria-hidden />
      Add a condition
    </Button>
  );
}

function VariantButtons({ draft: { variants }, onChange }: Changing) {
  const split = (each: ExperimentDraft['variants']) => {
    const shares = evenShares(each.length);
    onChange({ variants: each.map((variant, index) => ({ ...variant, share: shares[index] ?? '' })) });
  };
  const names = variants.map(({ name }) => name);
  const free = ['b', 'c', 'd', 'e', 'f'].find((name) => !names.includes(name)) ?? '';
  return (
    <span className="flex gap-2">
      <Button onClick={() => split(variants)}>Split evenly</Button>
      <Button onClick={() => split([...variants, emptyVariant(free)])} disabled={variants.length >= MOST_VARIANTS}>
        <Plus size={13} aria-hidden />
        Add a variant
      </Button>
    </span>
  );
}

function Judging({ draft, problems, suggested, onChange }: Omit<ExperimentFormProps, 'before'>) {
  const [open, setOpen] = useState(draft.confidence === 'fixed');
  const planned = draft.plannedUnits === '' ? suggested : Number(draft.plannedUnits);
  return (
    <details className="mt-3" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="text-small font-medium text-muted hover:text-text">How it is judged</summary>
      <div className="mt-2 grid grid-cols-2 gap-3 max-sm:grid-cols-1">
        <Labelled title="When you may look">
          <Segments
            label="When you may look"
            options={confidences}
            value={draft.confidence}
            onChange={(confidence) => onChange({ confidence })}
          />
          <span className="text-micro text-muted">
            {draft.confidence === 'anytime'
              ? 'Intervals hold at every look, at the price of about twice the units.'
              : 'Intervals are narrower, and hold for one look at the planned units.'}
          </span>
        </Labelled>
        <TextField
          label={`Planned ${draft.unit}s per variant`}
          hint="Where the intervals are tightest. Empty: what the traffic of last week asks for."
          decimal
          placeholder={planned === null ? '5000' : String(planned)}
          value={draft.plannedUnits}
          problem={problems['plannedUnits']}
          onChange={(plannedUnits) => onChange({ plannedUnits })}
        />
      </div>
    </details>
  );
}

function Labelled({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="mt-3 flex flex-col items-start gap-1 first:mt-0 [details_&]:mt-0">
      <span className="text-small font-medium text-muted">{title}</span>
      {children}
    </div>
  );
}

/** Models that were seen, for the fields of the variants. */
function ModelNames() {
  const { view } = useView();
  const found = useValues('model', '', view.kind);
  return (
    <datalist id="experiment-models">
      {(found.data?.values ?? [])
        .filter(({ value }) => value !== '')
        .map(({ value }) => (
          <option key={value} value={value} />
        ))}
    </datalist>
  );
}
