import { useEffect } from 'react';
import { useNavigate } from 'react-router';
import { sharedSearch } from '../state/view.tsx';
import { isTaken } from './keys.tsx';

const targets: Readonly<Record<string, string>> = {
  o: '/',
  r: '/requests',
  u: '/users',
  f: '/features',
  p: '/prompts',
  m: '/models',
  e: '/experiments',
};
const PAIR_MS = 900;

/** `g` and a letter go to a page; `/` goes to the page's search, or else to the filters. */
export function useGoKeys(): void {
  const navigate = useNavigate();
  useEffect(() => {
    let pressedAt = Number.NEGATIVE_INFINITY;
    const onKey = (event: KeyboardEvent) => {
      if (isTaken(event)) return;
      const target = event.timeStamp - pressedAt < PAIR_MS ? targets[event.key] : undefined;
      pressedAt = event.key === 'g' ? event.timeStamp : Number.NEGATIVE_INFINITY;
      if (target !== undefined) void navigate(`${target}${sharedSearch(new URLSearchParams(location.search))}`);
      if (event.key === '/') toSearch(event);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [navigate]);
}

function toSearch(event: KeyboardEvent): void {
  event.preventDefault();
  const search = document.querySelector<HTMLElement>('input[type="search"]');
  if (search) search.focus();
  else document.querySelector<HTMLElement>('button[aria-label="Add a filter"]')?.click();
}
