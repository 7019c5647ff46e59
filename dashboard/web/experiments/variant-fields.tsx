import { X } from 'lucide-react';
import { Field, input, TextField } from '../money/fields.tsx';
import type { Problems } from '../money/override-draft.ts';
import { IconButton } from '../parts/button.tsx';
import { armColour } from './badges.tsx';
import type { VariantDraft } from './draft.ts';

interface VariantFieldsProps {
  readonly variants: readonly VariantDraft[];
  readonly problems: Problems;
  readonly onChange: (variants: readonly VariantDraft[]) => void;
}

const FEWEST = 2;

export function VariantFields({ variants, problems, onChange }: VariantFieldsProps) {
  const change = (key: number, part: Partial<VariantDraft>) =>
    onChange(variants.map((each) => (each.key === key ? { ...each, ...part } : each)));
  return (
    <div className="flex flex-col gap-3">
      {variants.map((variant, index) => (
        <VariantField
          key={variant.key}
          variant={variant}
          index={index}
          problems={problems}
          onChange={(part) => change(variant.key, part)}
          onRemove={
            index > 0 && variants.length > FEWEST
              ? () => onChange(variants.filter(({ key }) => key !== variant.key))
              : undefined
          }
        />
      ))}
      {problems['variants'] !== undefined && <p className="text-small text-bad">{problems['variants']}</p>}
    </div>
  );
}

interface VariantFieldProps {
  readonly variant: VariantDraft;
  readonly index: number;
  readonly problems: Problems;
  readonly onChange: (part: Partial<VariantDraft>) => void;
  readonly onRemove: (() => void) | undefined;
}

function VariantField({ variant, index, problems, onChange, onRemove }: VariantFieldProps) {
  const at = (field: string) => problems[`variants.${index}.${field}`];
  return (
    <fieldset
      aria-label={`Variant ${variant.name}`}
      className="min-w-0 rounded-md border border-line border-l-3 bg-ground/60 p-2.5"
      style={{ borderLeftColor: armColour(index) }}
    >
      <div className="flex items-start gap-2">
        <TextField
          label={index === 0 ? 'Control' : 'Variant'}
          className="flex-1"
          value={variant.name}
          problem={at('name')}
          onChange={(name) => onChange({ name })}
        />
        <TextField
          label="Share, %"
          className="w-24"
          decimal
          value={variant.share}
          problem={at('share')}
          onChange={(share) => onChange({ share })}
        />
        {onRemove && (
          <IconButton label={`Remove variant ${variant.name}`} className="mt-5.5" onClick={onRemove}>
            <X size={14} aria-hidden />
          </IconButton>
        )}
      </div>
      {index === 0 ? (
        <p className="mt-1.5 text-small text-muted">
          {problems['variants.0'] ?? 'Changes nothing: the request goes out as the app made it.'}
        </p>
      ) : (
        <Changes variant={variant} at={at} onChange={onChange} />
      )}
    </fieldset>
  );
}

interface ChangesProps {
  readonly variant: VariantDraft;
  readonly at: (field: string) => string | undefined;
  readonly onChange: (part: Partial<VariantDraft>) => void;
}

function Changes({ variant, at, onChange }: ChangesProps) {
  return (
    <div className="mt-2 grid grid-cols-2 gap-2 max-sm:grid-cols-1">
      <TextField
        label="Model"
        hint="In place of the one asked for; PROVIDER/MODEL calls another provider. Empty: as asked."
        list="experiment-models"
        placeholder="as asked"
        value={variant.model}
        problem={at('model')}
        onChange={(model) => onChange({ model })}
      />
      <TextField
        label="Fallbacks"
        hint="Models to try in turn where its call fails, joined by commas; the control comes last."
        placeholder="none"
        value={variant.fallbacks}
        problem={at('fallbacks') ?? at('fallbacks.0')}
        onChange={(fallbacks) => onChange({ fallbacks })}
      />
      <Field
        label="Parameters"
        hint="JSON of what is set in the request’s body. Empty: nothing."
        problem={at('parameters')}
        className="col-span-2 max-sm:col-span-1"
      >
        {(attributes) => (
          <textarea
            {...attributes}
            rows={2}
            spellCheck={false}
            placeholder={'{"temperature": 0}'}
            value={variant.parameters}
            onChange={(event) => onChange({ parameters: event.target.value })}
            className={`${input} h-auto min-h-14 resize-y py-1.5 font-mono text-small`}
          />
        )}
      </Field>
    </div>
  );
}
