import { fromDecimal } from '../../../domain/money.ts';
import { GAP } from './number.ts';

export type Meaning = 'good' | 'bad' | 'neutral';
/** What a rise of the figure means. */
export type Sense = 'more_is_good' | 'more_is_bad' | 'neutral';

export interface Change {
  readonly text: string;
  readonly meaning: Meaning;
}

/** Against the period before, in per cent of it. Null where there is nothing to compare with. */
export function relativeChange(current: number | null, previous: number | null, sense: Sense): Change | null {
  if (current === null || previous === null || previous === 0) return null;
  const ratio = (current - previous) / previous;
  if (!Number.isFinite(ratio)) return null;
  if (ratio >= 10) return { text: `×${GAP}${Math.round(ratio + 1)}`, meaning: meaningOf(ratio, sense) };
  const points = ratio * 100;
  return { text: signed(points, '%'), meaning: Math.abs(points) < 0.05 ? 'neutral' : meaningOf(ratio, sense) };
}

/** Both in decimal dollars. */
export function moneyChange(current: string | null, previous: string | null, sense: Sense): Change | null {
  if (current === null || previous === null) return null;
  return relativeChange(Number(fromDecimal(current)), Number(fromDecimal(previous)), sense);
}

/** Between two shares, in percentage points: 2 % after 1 % is `+1 pp`, not `+100 %`. */
export function shareChange(current: number | null, previous: number | null, sense: Sense): Change | null {
  if (current === null || previous === null) return null;
  const points = (current - previous) * 100;
  if (!Number.isFinite(points)) return null;
  return { text: signed(points, 'pp'), meaning: Math.abs(points) < 0.05 ? 'neutral' : meaningOf(points, sense) };
}

function signed(points: number, unit: string): string {
  const size = Math.abs(points);
  const figure = size < 9.95 ? size.toFixed(1).replace(/\.0$/, '') : size.toFixed(0);
  if (figure === '0') return `±0${GAP}${unit}`;
  return `${points < 0 ? '−' : '+'}${figure}${GAP}${unit}`;
}

function meaningOf(direction: number, sense: Sense): Meaning {
  if (sense === 'neutral') return 'neutral';
  return direction > 0 === (sense === 'more_is_good') ? 'good' : 'bad';
}
