/** Look of an entry: with its word, or in a rail that shows icons alone on middling screens. */
export const railItem = (wide: boolean): string =>
  `flex h-8 w-full items-center gap-2.5 rounded-md px-2 text-body text-muted transition-colors hover:bg-hover hover:text-text ${
    wide ? '' : 'max-lg:justify-center'
  }`;
