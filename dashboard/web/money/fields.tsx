import { type ReactNode, useId } from 'react';

export const input =
  'h-8 w-full min-w-0 rounded-md border border-line bg-surface px-2 text-body placeholder:text-muted/70 aria-invalid:border-bad';

interface FieldProps {
  readonly label: string;
  readonly hint?: ReactNode;
  readonly problem?: string | undefined;
  readonly className?: string;
  readonly children: (attributes: {
    id: string;
    'aria-invalid': boolean;
    'aria-describedby': string | undefined;
  }) => ReactNode;
}

/** A label above its control, and below it what is wrong with it, or else a hint. */
export function Field({ label, hint, problem, className = '', children }: FieldProps) {
  const id = useId();
  const below = problem ?? hint;
  return (
    <div className={`flex min-w-0 flex-col gap-1 ${className}`}>
      <label htmlFor={id} className="text-small font-medium text-muted">
        {label}
      </label>
      {children({
        id,
        'aria-invalid': problem !== undefined,
        'aria-describedby': below === undefined ? undefined : `${id}-below`,
      })}
      {below !== undefined && (
        <p id={`${id}-below`} className={`text-micro ${problem === undefined ? 'text-muted' : 'text-bad'}`}>
          {below}
        </p>
      )}
    </div>
  );
}

interface TextFieldProps extends Omit<FieldProps, 'children'> {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly placeholder?: string;
  readonly type?: 'text' | 'date';
  readonly decimal?: boolean;
  readonly list?: string;
  readonly autoFocus?: boolean;
}

export function TextField(props: TextFieldProps) {
  const { value, onChange, placeholder, type = 'text', decimal = false, list, autoFocus = false, ...field } = props;
  return (
    <Field {...field}>
      {(attributes) => (
        <input
          {...attributes}
          type={type}
          inputMode={decimal ? 'decimal' : undefined}
          autoComplete="off"
          spellCheck={false}
          // biome-ignore lint/a11y/noAutofocus: where a dialog was opened to type here.
          autoFocus={autoFocus}
          list={list}
          placeholder={placeholder}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          className={`${input} ${decimal ? 'text-right tabular-nums' : ''}`}
        />
      )}
    </Field>
  );
}
