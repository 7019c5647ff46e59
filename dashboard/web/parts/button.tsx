import type { ComponentProps } from 'react';

type Look = 'plain' | 'quiet' | 'primary';
const base =
  'inline-flex h-7 shrink-0 items-center justify-center gap-1.5 rounded-md px-2 text-small font-medium whitespace-nowrap transition-colors disabled:pointer-events-none disabled:opacity-45';
const looks: Readonly<Record<Look, string>> = {
  plain: 'border border-line bg-surface hover:bg-hover data-[state=open]:bg-hover',
  quiet: 'text-muted hover:bg-hover hover:text-text data-[state=open]:bg-hover data-[state=open]:text-text',
  primary: 'bg-accent text-accent-text hover:brightness-110',
};

export function Button({ look = 'plain', className = '', ...rest }: ComponentProps<'button'> & { look?: Look }) {
  return <button type="button" className={`${base} ${looks[look]} ${className}`} {...rest} />;
}

/** A button that shows an icon alone; `label` is what it is called. */
export function IconButton({ label, className = '', ...rest }: ComponentProps<'button'> & { label: string }) {
  return <Button look="quiet" aria-label={label} title={label} className={`w-7 px-0 ${className}`} {...rest} />;
}
