import { useQueryClient } from '@tanstack/react-query';
import { LogOut } from 'lucide-react';
import { useNavigate } from 'react-router';
import { signOut } from '../api/queries.ts';
import { Tip } from '../parts/tip.tsx';
import { railItem } from './rail-item.ts';

export function SignOut({ wide }: { wide: boolean }) {
  const navigate = useNavigate();
  const cache = useQueryClient();
  const leave = async () => {
    await signOut();
    await navigate('/sign-in', { replace: true });
    cache.clear();
  };
  return (
    <Tip side="right" text="End the session in this browser">
      <button type="button" className={railItem(wide)} onClick={() => void leave()}>
        <LogOut size={16} strokeWidth={1.75} aria-hidden className="shrink-0" />
        <span className={wide ? '' : 'max-lg:sr-only'}>Sign out</span>
      </button>
    </Tip>
  );
}
