import { Link, useRouteError } from 'react-router';
import { reasonOf } from '../parts/failure.tsx';

/** For an address that leads nowhere, and for a page that broke. */
export function CrashPage() {
  const error = useRouteError();
  return (
    <div className="flex h-full flex-col items-center justify-center gap-2 p-6 text-center">
      <h1 className="text-title font-semibold">{error ? 'This page broke' : 'There is no such page'}</h1>
      {error !== undefined && error !== null && <p className="max-w-150 text-muted">{reasonOf(error)}</p>}
      <Link to="/" reloadDocument className="text-accent underline">
        To the overview
      </Link>
    </div>
  );
}
