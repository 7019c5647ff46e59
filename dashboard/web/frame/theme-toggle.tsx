import { Monitor, Moon, Sun } from 'lucide-react';
import { Tip } from '../parts/tip.tsx';
import { chooseTheme, type ThemeChoice, useThemeChoice } from '../state/theme.ts';
import { railItem } from './rail-item.ts';

const icons = { system: Monitor, light: Sun, dark: Moon } as const;
const titles = { system: 'System theme', light: 'Light theme', dark: 'Dark theme' } as const;
const next: Readonly<Record<ThemeChoice, ThemeChoice>> = { system: 'light', light: 'dark', dark: 'system' };

export function ThemeToggle({ wide }: { wide: boolean }) {
  const choice = useThemeChoice();
  const Icon = icons[choice];
  return (
    <Tip side="right" text={`Switch to: ${titles[next[choice]].toLowerCase()}`}>
      <button type="button" className={railItem(wide)} onClick={() => chooseTheme(next[choice])}>
        <Icon size={16} strokeWidth={1.75} aria-hidden className="shrink-0" />
        <span className={wide ? '' : 'max-lg:sr-only'}>{titles[choice]}</span>
      </button>
    </Tip>
  );
}
