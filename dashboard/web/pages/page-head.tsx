import { type ReactNode, useEffect } from 'react';

interface PageHeadProps {
  /** The one question that the page answers. */
  readonly question: string;
  readonly above?: ReactNode;
  readonly aside?: ReactNode;
  readonly title: string;
}

export function PageHead({ question, above, aside, title }: PageHeadProps) {
  useEffect(() => {
    document.title = `${title} · Spendlens`;
  }, [title]);
  return (
    <div className="flex flex-wrap items-end justify-between gap-x-4 gap-y-2">
      <div className="min-w-0">
        {above}
        <h1 title={question} className="truncate text-title font-semibold tracking-tight">
          {question}
        </h1>
      </div>
      {aside}
    </div>
  );
}
