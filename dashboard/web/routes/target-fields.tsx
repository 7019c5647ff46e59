import { Plus, X } from 'lucide-react';
import { TextField } from '../money/fields.tsx';
import { Button, IconButton } from '../parts/button.tsx';
import { emptyTarget, nextKey, type TargetDraft } from './route-draft.ts';

interface TargetFieldsProps {
  readonly targets: readonly TargetDraft[];
  readonly weighted: boolean;
  /** A rule may have none, a route has one at least. */
  readonly fewest: number;
  readonly onChange: (targets: readonly TargetDraft[]) => void;
}

export function TargetFields({ targets, weighted, fewest, onChange }: TargetFieldsProps) {
  const change = (key: number, part: Partial<TargetDraft>) =>
    onChange(targets.map((each) => (each.key === key ? { ...each, ...part } : each)));
  return (
    <div className="flex flex-col gap-2">
      {targets.map((target) => (
        <Target
          key={target.key}
          target={target}
          weighted={weighted}
          onChange={(part) => change(target.key, part)}
          onRemove={
            targets.length > fewest ? () => onChange(targets.filter(({ key }) => key !== target.key)) : undefined
          }
        />
      ))}
      <Button className="self-start" onClick={() => onChange([...targets, { key: nextKey(targets), ...emptyTarget }])}>
        <Plus size={13} aria-hidden />
        Add a target
      </Button>
    </div>
  );
}

interface TargetProps {
  readonly target: TargetDraft;
  readonly weighted: boolean;
  readonly onChange: (part: Partial<TargetDraft>) => void;
  readonly onRemove: (() => void) | undefined;
}

function Target({ target, weighted, onChange, onRemove }: TargetProps) {
  const { model, weight, contextWindow, images } = target;
  return (
    <div className="flex flex-wrap items-end gap-2">
      <TextField
        label="Target"
        className="min-w-48 flex-1"
        placeholder="PROVIDER/MODEL"
        value={model}
        onChange={(text) => onChange({ model: text })}
      />
      {weighted && (
        <TextField
          label="Weight"
          className="w-18"
          decimal
          value={weight}
          onChange={(text) => onChange({ weight: text })}
        />
      )}
      <TextField
        label="Context, tokens"
        className="w-28"
        decimal
        placeholder="as listed"
        value={contextWindow}
        onChange={(text) => onChange({ contextWindow: text })}
      />
      <label className="flex h-8 items-center gap-1.5 text-small">
        <input type="checkbox" checked={images} onChange={(event) => onChange({ images: event.target.checked })} />
        Images
      </label>
      {onRemove && (
        <IconButton label={`Remove ${model || 'the target'}`} className="mb-0.5" onClick={onRemove}>
          <X size={14} aria-hidden />
        </IconButton>
      )}
    </div>
  );
}
