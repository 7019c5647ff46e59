const widths = ['w-3/4', 'w-2/3', 'w-4/5', 'w-1/2', 'w-3/5'];

/** Rows of a table that is on its way. */
export function SkeletonRows({ rows = 14 }: { rows?: number }) {
  return (
    <div aria-hidden className="flex h-full flex-col overflow-hidden">
      {Array.from({ length: rows }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they never change.
        <div key={index} className="flex h-8 shrink-0 items-center gap-6 border-b border-line/60 px-4">
          <span className={`skeleton h-3 flex-1 ${widths[index % widths.length]}`} />
          <span className="skeleton h-3 w-24" />
          <span className="skeleton h-3 w-16 max-sm:hidden" />
          <span className="skeleton h-3 w-16 max-sm:hidden" />
        </div>
      ))}
    </div>
  );
}
