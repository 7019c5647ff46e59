import type { ReactNode } from 'react';
import { exactMoney, money, statedMoney } from '../format/money.ts';
import { valueTitle } from '../state/vocabulary.ts';

/** A value of a dimension as text, muted where the app said nothing. */
export function ValueText({ field, value }: { field: string; value: string }) {
  return (
    <span className={`truncate normal-nums ${value === '' ? 'text-muted italic' : ''}`} title={value}>
      {valueTitle(field, value)}
    </span>
  );
}

/** A single request's cost; what is unpriced says so. */
export function CostText({ cost, costStatus }: { cost: string | null; costStatus: string }) {
  if (cost === null) {
    return (
      <span className="text-muted" title="The price of this request is not known">
        — <span className="max-sm:sr-only">unpriced</span>
      </span>
    );
  }
  return <span title={`${exactMoney(cost)} · ${costStatus}`}>{statedMoney(cost, costStatus)}</span>;
}

export function MoneyText({ dollars }: { dollars: string | null }) {
  return <span title={exactMoney(dollars)}>{money(dollars)}</span>;
}

/** A figure with a bar behind it, `share` of the widest. */
export function BarBehind({ share, children }: { share: number; children: ReactNode }) {
  const width = `${Math.min(Math.max(share, 0), 1) * 100}%`;
  return (
    <span className="relative flex h-6 w-full items-center justify-end">
      <span aria-hidden className="absolute inset-y-0.5 left-0 rounded-[3px] bg-bar" style={{ width }} />
      <span className="relative">{children}</span>
    </span>
  );
}
