import { Link, useSearchParams } from 'react-router';
import { sharedSearch } from '../state/view.tsx';

/** A link to an experiment that is gone, or that this version cannot read. */
export function Missing({ id }: { id: string }) {
  const [params] = useSearchParams();
  return (
    <p className="p-4 text-small text-muted">
      There is no experiment {id} that this version can read.{' '}
      <Link to={`/experiments${sharedSearch(params)}`} className="text-accent hover:underline">
        All experiments
      </Link>
    </p>
  );
}
