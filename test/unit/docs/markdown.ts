import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '..', '..', '..');

export interface Page {
  /** From the root of the repository: `docs/sql.md`. */
  readonly path: string;
  readonly text: string;
}

/** The README and every page of docs/. */
export const pages: readonly Page[] = ['README.md', ...globSync('docs/*.md', { cwd: root }).toSorted()].map((path) => ({
  path,
  text: readFileSync(join(root, path), 'utf8'),
}));

/** What stands in fenced blocks of a language. */
export function blocksOf({ text }: Page, language: string): string[] {
  return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)]
    .filter(([, found]) => found === language)
    .map(([, , block = '']) => block);
}

/** Anchors of its headings, as GitHub makes them. */
export function anchorsOf({ text }: Page): string[] {
  const prose = text.replaceAll(/^```[\s\S]*?^```$/gm, '');
  return [...prose.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
