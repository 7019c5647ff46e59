import { Link } from 'react-router';
import type { CacheFigures } from '../../../domain/cache-api.ts';
import { exactMoney, money } from '../format/money.ts';
import { duration, integer, percent, plural } from '../format/number.ts';
import { Tile } from '../pages/tiles.tsx';
import { useBehind } from './behind.ts';

export function CacheTiles({ total }: { total: CacheFigures }) {
  const { hits, misses, saved, savedMs, unpricedHits } = total;
  const behind = useBehind();
  return (
    <dl className="grid grid-cols-4 gap-px overflow-hidden rounded-lg border border-line bg-line max-sm:grid-cols-2">
      <Tile title="Hit rate" value={percent(hits / (hits + misses))} change={null} note="of requests that asked" />
      <Tile
        title="Saved"
        value={<span title={exactMoney(saved)}>{money(saved)}</span>}
        change={null}
        note={
          unpricedHits === 0 ? (
            'as priced at the time'
          ) : (
            <span className="text-warn">{plural(unpricedHits, 'hit')} without a price</span>
          )
        }
      />
      <Tile
        title="Time saved"
        value={
          <span title="How long the calls took that the hits stand for, less the time that the hits took">
            {duration(savedMs)}
          </span>
        }
        change={null}
        note={hits === 0 ? null : `${duration(savedMs / hits)} a hit`}
      />
      <Tile
        title="Hits"
        value={
          <Link to={behind([{ field: 'cache_outcome', op: 'is', values: ['hit'] }])} className="hover:underline">
            {integer(hits)}
          </Link>
        }
        change={null}
        note={
          <Link to={behind([{ field: 'cache_outcome', op: 'is', values: ['miss'] }])} className="hover:underline">
            {plural(misses, 'miss', 'misses')}
          </Link>
        }
      />
    </dl>
  );
}
