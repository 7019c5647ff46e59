import type { JsonObject } from './json.ts';

/** Longer values are no settings. */
const MAX_VALUE = 1_000;

/** The plain fields of a form with files, which is how sound and images are sent; undefined where it is none. */
export function readForm(contentType: string | null, text: () => string): JsonObject | undefined {
  const boundary = /^\s*multipart\/form-data\s*;.*\bboundary="?([^";]+)"?/i.exec(contentType ?? '')?.[1];
  if (boundary === undefined) return undefined;
  const fields = text()
    .split(`--${boundary}`)
    .map(readField)
    .filter((field) => field !== null);
  return Object.fromEntries(fields);
}

function readField(part: string): readonly [string, string] | null {
  const end = part.indexOf('\r\n\r\n');
  const head = part.slice(0, Math.max(0, end));
  const name = /\bname="([^"]*)"/.exec(head)?.[1];
  if (name === undefined || /\bfilename/i.test(head) || part.length - end > MAX_VALUE) return null;
  return [name, part.slice(end + 4).replace(/\r\n$/, '')];
}
