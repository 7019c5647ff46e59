import type { ChartData } from './chart-data.ts';

/** Text that a spreadsheet could take for a formula gets an apostrophe in front: the values are other people's. */
function csvCell(value: string): string {
  const harmless = /^[=+\-@\t\r]/.test(value) && !/^-?\d+(\.\d+)?$/.test(value) ? `'${value}` : value;
  return /[",\n\r]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

export function csv(rows: readonly (readonly string[])[]): string {
  return `${rows.map((row) => row.map(csvCell).join(',')).join('\r\n')}\r\n`;
}

/** Money as the exact decimals that the server sent, not as the floats that were drawn. */
export function chartCsv(data: ChartData): Blob {
  const head = ['time', ...data.lines.map((line) => line.title)];
  const rows = data.buckets.map((at, index) => [
    new Date(at).toISOString(),
    ...data.lines.map((line) => line.exact?.[index] ?? String(line.points[index] ?? '')),
  ]);
  return tableCsv(head, rows);
}

/** A table's own rows; money as the exact decimals that the server sent. */
export function tableCsv(head: readonly string[], rows: readonly (readonly string[])[]): Blob {
  return new Blob([csv([head, ...rows])], { type: 'text/csv' });
}

export function download(name: string, file: Blob): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
