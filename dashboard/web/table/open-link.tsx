import type { MouseEvent, ReactNode } from 'react';
import { Link, useSearchParams } from 'react-router';
import type { RequestLine } from '../../../domain/api.ts';
import { writeOpen } from '../state/open-link.ts';

/** The row's request as a link: to be reached by Tab, or opened in a tab of its own. A plain click is the row's. */
export function OpenLink({ line, title, children }: { line: RequestLine; title?: string; children: ReactNode }) {
  const [params] = useSearchParams();
  const next = new URLSearchParams(params);
  next.set('open', writeOpen(line));
  const leaveToRow = (event: MouseEvent) => {
    if (!event.ctrlKey && !event.metaKey && !event.shiftKey) event.preventDefault();
  };
  return (
    <Link
      to={{ search: `?${next}` }}
      title={title}
      onClick={leaveToRow}
      className="truncate tabular-nums hover:underline"
    >
      {children}
    </Link>
  );
}
