import type { ReactNode } from 'react';

interface SectionProps {
  readonly title: string;
  readonly text?: string;
  readonly aside?: ReactNode;
  /** Grey and out of reach: it stands once units were assigned. */
  readonly fixed?: boolean;
  readonly children: ReactNode;
}

/** One step of the form. */
export function Section({ title, text, aside, fixed = false, children }: SectionProps) {
  return (
    <section className="rounded-lg border border-line bg-surface p-3">
      <header className="mb-2 flex min-h-7 flex-wrap items-center gap-x-2">
        <h2 className="text-body font-semibold">{title}</h2>
        {text !== undefined && <p className="min-w-0 flex-1 text-small text-muted max-sm:basis-full">{text}</p>}
        {!fixed && aside !== undefined && <span className="ml-auto">{aside}</span>}
      </header>
      <fieldset disabled={fixed} className="min-w-0 disabled:opacity-60">
        {children}
      </fieldset>
    </section>
  );
}
