import type { ReactNode } from 'react';

export interface TableColumn<Row> {
  readonly id: string;
  readonly title: string;
  /** Pixels; the first column grows beyond it. */
  readonly width: number;
  readonly align: 'left' | 'right';
  readonly cell: (row: Row) => ReactNode;
  /** What the server sorts by for this column; without it the header is no button. */
  readonly sort?: string;
  /** The field that a filter on this column names. */
  readonly filter?: string;
  /** One of the two that a narrow screen shows. */
  readonly narrow?: boolean;
  /** Not shown until somebody chooses it. */
  readonly optional?: boolean;
}

export interface Sorting {
  readonly by: string;
  readonly descending: boolean;
}

/** `-spend` is descending. */
export function readSorting(text: string | null, fallback: Sorting): Sorting {
  if (text === null || text === '' || text === '-') return fallback;
  return text.startsWith('-') ? { by: text.slice(1), descending: true } : { by: text, descending: false };
}

export const writeSorting = ({ by, descending }: Sorting): string => `${descending ? '-' : ''}${by}`;
