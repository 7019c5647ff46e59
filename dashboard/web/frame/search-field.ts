export const searchField =
  'h-9 w-full border-b border-line bg-transparent px-3 text-small outline-none placeholder:text-muted focus-visible:outline-none';
