import { useSyncExternalStore } from 'react';
import { z } from 'zod';
import { remember, remembered } from './storage.ts';

export type ThemeChoice = 'system' | 'light' | 'dark';
const choice = z.enum(['system', 'light', 'dark']);
const system = matchMedia('(prefers-color-scheme: dark)');
const listeners = new Set<() => void>();
let chosen: ThemeChoice = remembered('theme', choice) ?? 'system';

function apply(): void {
  const dark = chosen === 'dark' || (chosen === 'system' && system.matches);
  document.documentElement.dataset['theme'] = dark ? 'dark' : 'light';
}

/** Called once before the first paint. */
export function startTheme(): void {
  apply();
  system.addEventListener('change', apply);
}

export function chooseTheme(next: ThemeChoice): void {
  chosen = next;
  remember('theme', next);
  apply();
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const useThemeChoice = (): ThemeChoice => useSyncExternalStore(subscribe, () => chosen);
