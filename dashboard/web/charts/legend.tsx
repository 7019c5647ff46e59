import { Link, useSearchParams } from 'react-router';
import { valueLink } from '../state/places.ts';
import { sharedSearch } from '../state/view.tsx';
import type { ChartData, ChartLine } from './chart-data.ts';
import { Swatch } from './tooltip.tsx';

/** Names of the lines; each that has a page of its own leads to it. */
export function Legend({ data, splitBy }: { data: ChartData; splitBy: string | null }) {
  const [params] = useSearchParams();
  if (data.lines.length < 2) return <div className="h-5" />;
  return (
    <ul className="flex h-5 flex-wrap gap-x-3 overflow-hidden px-3">
      {data.lines.map((line) => (
        <li key={line.key} className="flex h-5 max-w-44 min-w-0 items-center gap-1.5 text-small text-muted">
          <Swatch line={line} />
          <LegendName
            line={line}
            to={splitBy && line.value !== null ? valueLink(splitBy, line.value, sharedSearch(params)) : null}
          />
        </li>
      ))}
    </ul>
  );
}

function LegendName({ line, to }: { line: ChartLine; to: string | null }) {
  if (to === null) return <span className="truncate">{line.title}</span>;
  return (
    <Link to={to} className="truncate hover:text-text hover:underline">
      {line.title}
    </Link>
  );
}
