import { X } from 'lucide-react';
import { useDeferredValue, useId } from 'react';
import { useProperties, useValues } from '../api/queries.ts';
import { integer } from '../format/number.ts';
import { Field, input } from '../money/fields.tsx';
import type { Problems } from '../money/override-draft.ts';
import { IconButton } from '../parts/button.tsx';
import { useView } from '../state/view.tsx';
import { fieldTitle, valueTitle } from '../state/vocabulary.ts';
import type { TargetDraft } from './draft.ts';

const plainFields = ['feature', 'prompt_id', 'model', 'provider'];

interface TargetRowsProps {
  readonly targets: readonly TargetDraft[];
  readonly problems: Problems;
  readonly onChange: (targets: readonly TargetDraft[]) => void;
}

/** Whom it meets: every row must hold. */
export function TargetRows({ targets, problems, onChange }: TargetRowsProps) {
  const { view } = useView();
  const properties = useProperties(view.kind).data?.names ?? [];
  const fields = [...plainFields, ...properties.map((name) => `property.${name}`)];
  if (targets.length === 0) {
    return (
      <p className="text-small text-muted">All traffic takes part. Narrow it to a feature, a prompt or a model.</p>
    );
  }
  const change = (key: number, part: Partial<TargetDraft>) =>
    onChange(targets.map((each) => (each.key === key ? { ...each, ...part } : each)));
  return (
    <ul className="flex flex-col gap-2">
      {targets.map((target, index) => (
        <li key={target.key} className="flex items-start gap-2">
          <select
            aria-label={`Field of condition ${index + 1}`}
            value={target.field}
            onChange={(event) => change(target.key, { field: event.target.value, value: '' })}
            className={`${input} max-w-44`}
          >
            {[...new Set([...fields, target.field])].map((field) => (
              <option key={field} value={field}>
                {fieldTitle(field)}
              </option>
            ))}
          </select>
          <span className="flex h-8 items-center text-small text-muted">is</span>
          <TargetValue
            target={target}
            index={index}
            problem={problems[`targeting.${index}.value`] ?? problems[`targeting.${index}.field`]}
            onChange={(value) => change(target.key, { value })}
          />
          <IconButton
            label={`Remove condition ${index + 1}`}
            className="mt-0.5"
            onClick={() => onChange(targets.filter(({ key }) => key !== target.key))}
          >
            <X size={14} aria-hidden />
          </IconButton>
        </li>
      ))}
    </ul>
  );
}

interface TargetValueProps {
  readonly target: TargetDraft;
  readonly index: number;
  readonly problem: string | undefined;
  readonly onChange: (value: string) => void;
}

function TargetValue({ target: { field, value }, index, problem, onChange }: TargetValueProps) {
  const { view } = useView();
  const list = useId();
  const found = useValues(field, useDeferredValue(value), view.kind);
  return (
    <span className="min-w-0 flex-1">
      <input
        aria-label={`Value of condition ${index + 1}`}
        aria-invalid={problem !== undefined}
        autoComplete="off"
        spellCheck={false}
        list={list}
        placeholder="Type or choose"
        value={value}
        onChange={(event) => onChange(event.target.value)}
        className={input}
      />
      <datalist id={list}>
        {(found.data?.values ?? [])
          .filter((each) => each.value !== '')
          .map((each) => (
            <option key={each.value} value={each.value}>
              {`${valueTitle(field, each.value)} · ${integer(each.requests)} requests in 30 days`}
            </option>
          ))}
      </datalist>
      {problem !== undefined && <p className="mt-1 text-micro text-bad">{problem}</p>}
    </span>
  );
}

interface ExposureProps {
  readonly value: string;
  readonly problem: string | undefined;
  readonly onChange: (value: string) => void;
  readonly unit: string;
}

/** A slider for the hand and a field for the number. */
export function ExposureField({ value, problem, onChange, unit }: ExposureProps) {
  return (
    <Field
      label="Exposure"
      hint={`Share of the matching ${unit}s that takes part. Raising it moves nobody to another variant.`}
      problem={problem}
    >
      {(attributes) => (
        <span className="flex items-center gap-3">
          <input
            type="range"
            aria-label="Exposure in per cent"
            min={0}
            max={100}
            step={1}
            value={Number(value) || 0}
            onChange={(event) => onChange(event.target.value)}
            className="min-w-0 flex-1 accent-(--accent)"
          />
          <input
            {...attributes}
            inputMode="decimal"
            value={value}
            onChange={(event) => onChange(event.target.value)}
            className={`${input} max-w-20 text-right tabular-nums`}
          />
          <span className="text-small text-muted">%</span>
        </span>
      )}
    </Field>
  );
}
