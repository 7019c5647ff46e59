import type { ReactNode } from 'react';

interface PanelProps {
  readonly title: ReactNode;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
  readonly className?: string;
}

export function Panel({ title, aside, children, className = '' }: PanelProps) {
  return (
    <section className={`flex min-w-0 flex-col rounded-lg border border-line bg-surface ${className}`}>
      <header className="flex min-h-10 flex-wrap items-center gap-x-2 gap-y-1 px-3 pt-1.5">
        <h2 className="min-w-0 flex-1 truncate text-body font-semibold">{title}</h2>
        {aside}
      </header>
      {children}
    </section>
  );
}
