import { SpendlensError } from '../error.ts';

/** A line of a CSV file by the names of its header. */
export interface CsvRow {
  /** Of the file, 1 for the first. */
  readonly line: number;
  /** '' where the line ends before it. */
  readonly get: (column: string) => string;
}

export interface CsvFile {
  readonly columns: readonly string[];
  readonly rows: readonly CsvRow[];
}

const MAX_LINES = 200_000;
const MAX_COLUMNS = 100;
const MAX_CELL = 10_000;

/** RFC 4180, with commas, semicolons or tabs. @throws SpendlensError request_invalid that names line and column */
export function parseCsv(text: string): CsvFile {
  const source = text.replace(/^\uFEFF/, '');
  const separator = separatorOf(source.slice(0, source.search(/[\r\n]|$/)));
  const [header, ...lines] = cutLines(source, separator);
  if (!header) throw invalid(1, 1, 'the file is empty');
  const columns = header.cells.map((name) => name.trim().toLowerCase());
  if (columns.length > MAX_COLUMNS) throw invalid(1, MAX_COLUMNS + 1, `more than ${MAX_COLUMNS} columns`);
  const places = new Map(columns.map((name, index) => [name, index]));
  const rows = lines
    .filter(({ cells }) => cells.some((cell) => cell.trim() !== ''))
    .map(({ line, cells }) => {
      if (cells.length > columns.length) throw invalid(line, columns.length + 1, 'more cells than the header names');
      return { line, get: (column: string) => cells[places.get(column) ?? -1]?.trim() ?? '' };
    });
  return { columns, rows };
}

export function invalid(line: number, column: number | string, message: string): SpendlensError {
  return new SpendlensError('request_invalid', `line ${line}, column ${column}: ${message}`);
}

function separatorOf(header: string): string {
  const count = (mark: string) => header.split(mark).length;
  return [',', '\t', ';'].reduce((best, mark) => (count(mark) > count(best) ? mark : best), ',');
}

interface Line {
  readonly line: number;
  readonly cells: string[];
}

function cutLines(text: string, separator: string): Line[] {
  const lines: Line[] = [];
  let at = 0;
  let number = 1;
  while (at < text.length) {
    if (lines.length > MAX_LINES) throw invalid(number, 1, `more than ${MAX_LINES} lines`);
    const line: Line = { line: number, cells: [] };
    for (let ended = false; !ended; ) {
      const cell = readCell(text, at, separator, number, line.cells.length + 1);
      line.cells.push(cell.value);
      number += cell.breaks;
      at = cell.end;
      ended = text[at] !== separator;
      if (!ended) at++;
    }
    if (text[at] === '\r' && text[at + 1] === '\n') at++;
    at++;
    number++;
    lines.push(line);
  }
  return lines;
}

function readCell(text: string, from: number, separator: string, line: number, column: number) {
  if (text[from] !== '"') {
    let end = from;
    while (end < text.length && text[end] !== separator && text[end] !== '\n' && text[end] !== '\r') end++;
    if (end - from > MAX_CELL) throw invalid(line, column, 'this cell is too long');
    return { value: text.slice(from, end), end, breaks: 0 };
  }
  let end = from + 1;
  while (end < text.length && (text[end] !== '"' || text[end + 1] === '"')) {
    end += text[end] === '"' ? 2 : 1;
    if (end - from > MAX_CELL) throw invalid(line, column, 'this cell is too long, or its quote is never closed');
  }
  if (end >= text.length) throw invalid(line, column, 'a quote is never closed');
  const value = text.slice(from + 1, end).replaceAll('""', '"');
  const next = text[end + 1];
  if (next !== undefined && next !== separator && next !== '\n' && next !== '\r') {
    throw invalid(line, column, 'text after a closing quote');
  }
  return { value, end: end + 1, breaks: value.split('\n').length - 1 };
}
