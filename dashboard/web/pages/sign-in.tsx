import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useEffect, useState } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import { signIn } from '../api/queries.ts';
import { Logo } from '../frame/logo.tsx';
import { Button } from '../parts/button.tsx';
import { reasonOf } from '../parts/failure.tsx';
import { safeBack } from '../state/safe-back.ts';

const STALE_LINK = 'The token of this link is no longer the right one. Enter the one that npm start printed last.';

/** The server's word for a link with a wrong token, on the address that it sends people on to. */
const cameByStaleLink = (back: string | null): boolean => /[?&]signIn=failed(&|$)/.test(back ?? '');

export function SignInPage() {
  const [params] = useSearchParams();
  const [token, setToken] = useState('');
  const [failure, setFailure] = useState<string | null>(() =>
    cameByStaleLink(params.get('back')) ? STALE_LINK : null,
  );
  const [busy, setBusy] = useState(false);
  const navigate = useNavigate();
  const cache = useQueryClient();

  const enter = async (secret: string) => {
    setBusy(true);
    setFailure(null);
    try {
      await signIn(secret);
      cache.clear();
      const back = params.get('back');
      await navigate(cameByStaleLink(back) ? '/' : safeBack(back), { replace: true });
    } catch (error) {
      setFailure(reasonOf(error));
    } finally {
      setBusy(false);
    }
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, for the link that the terminal prints.
  useEffect(() => {
    const given = new URLSearchParams(location.hash.slice(1)).get('token');
    if (given !== null) void enter(given);
  }, []);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (token.trim() !== '') void enter(token.trim());
  };

  return (
    <main className="flex h-full items-center justify-center p-4">
      <form onSubmit={submit} className="w-84 max-w-full rounded-xl border border-line bg-surface p-6 shadow-pop">
        <div className="flex items-center gap-2.5">
          <Logo size={26} />
          <h1 className="text-title font-semibold tracking-tight">Spendlens</h1>
        </div>
        <label htmlFor="token" className="mt-5 block text-small font-medium">
          Sign-in token
        </label>
        <input
          id="token"
          type="password"
          autoComplete="current-password"
          // biome-ignore lint/a11y/noAutofocus: the page has this one field.
          autoFocus
          value={token}
          onChange={(event) => setToken(event.target.value)}
          aria-invalid={failure !== null}
          aria-describedby="token-hint"
          className="mt-1 h-8 w-full rounded-md border border-line-strong bg-ground px-2 font-mono aria-invalid:border-bad"
        />
        <p
          id="token-hint"
          role={failure === null ? undefined : 'alert'}
          className={`mt-1.5 min-h-8 text-small ${failure === null ? 'text-muted' : 'text-bad'}`}
        >
          {failure ?? 'Printed by npm start, and kept in endpoints.json in the data folder.'}
        </p>
        <Button type="submit" look="primary" disabled={busy || token.trim() === ''} className="mt-2 h-8 w-full">
          {busy ? 'Signing in …' : 'Sign in'}
        </Button>
      </form>
    </main>
  );
}
