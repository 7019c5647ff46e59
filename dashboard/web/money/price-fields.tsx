import { useState } from 'react';
import { Button } from '../parts/button.tsx';
import { TextField } from './fields.tsx';
import { type Bucket, buckets, type OverrideDraft, type Problems } from './override-draft.ts';
import { bucketTitles } from './words.ts';

interface PriceFieldsProps {
  readonly draft: OverrideDraft;
  readonly problems: Problems;
  readonly onChange: (part: Partial<OverrideDraft>) => void;
}

/** The fields of the chosen kind of price. */
export function PriceFields({ draft, problems, onChange }: PriceFieldsProps) {
  switch (draft.kind) {
    case 'prices':
      return <BucketPrices draft={draft} problems={problems} onChange={onChange} />;
    case 'percent':
      return (
        <TextField
          label="Change, %"
          hint="Of what the call would cost without it: -15 is a discount of 15 %"
          decimal
          placeholder="-15"
          className="w-1/2 max-sm:w-full"
          value={draft.percent}
          problem={problems['percent']}
          onChange={(percent) => onChange({ percent })}
        />
      );
    case 'perRequest':
      return (
        <TextField
          label="Dollars for each request"
          hint="Whatever its tokens"
          decimal
          placeholder="0.01"
          className="w-1/2 max-sm:w-full"
          value={draft.perRequest}
          problem={problems['perRequest']}
          onChange={(perRequest) => onChange({ perRequest })}
        />
      );
    case 'free':
      return <p className="text-small text-muted">Calls cost nothing, as on machines of your own. A known zero.</p>;
  }
}

const usual: readonly Bucket[] = ['input', 'output', 'cacheRead', 'cacheWrite5m'];

function BucketPrices({ draft, problems, onChange }: PriceFieldsProps) {
  const given = (bucket: Bucket) => draft.prices[bucket] !== undefined || problems[`prices.${bucket}`] !== undefined;
  const [all, setAll] = useState(() => buckets.some((bucket) => !usual.includes(bucket) && given(bucket)));
  const shown = all ? [...usual, ...buckets.filter((bucket) => !usual.includes(bucket))] : usual;
  return (
    <fieldset>
      <legend className="mb-1.5 text-micro text-muted">
        Dollars per million tokens. Empty: as listed, or as the input or output where no list has it.
      </legend>
      <div className="grid grid-cols-4 gap-2 max-sm:grid-cols-2">
        {shown.map((bucket) => (
          <TextField
            key={bucket}
            label={bucketTitles[bucket]}
            decimal
            value={draft.prices[bucket] ?? ''}
            problem={problems[`prices.${bucket}`]}
            onChange={(price) => onChange({ prices: { ...draft.prices, [bucket]: price } })}
          />
        ))}
      </div>
      {problems['prices'] !== undefined && <p className="mt-1 text-micro text-bad">{problems['prices']}</p>}
      {!all && (
        <Button look="quiet" className="mt-1 -ml-2" onClick={() => setAll(true)}>
          More: reasoning, audio, images …
        </Button>
      )}
    </fieldset>
  );
}
