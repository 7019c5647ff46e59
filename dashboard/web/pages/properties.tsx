import { ChevronDown, Tags } from 'lucide-react';
import { useMemo } from 'react';
import { useSearchParams } from 'react-router';
import { useProperties } from '../api/queries.ts';
import { Button } from '../parts/button.tsx';
import { CopyButton } from '../parts/copy.tsx';
import { Menu, MenuItem } from '../parts/menu.tsx';
import { Settled } from '../parts/settled.tsx';
import { SkeletonRows } from '../parts/skeleton-rows.tsx';
import { propertyPlace } from '../state/places.ts';
import { useParam, useView } from '../state/view.tsx';
import { BreakdownPage } from './breakdown.tsx';
import { PageHead } from './page-head.tsx';

/** Spend by any property, the first one until another is chosen. */
export function PropertiesPage() {
  const { view } = useView();
  const query = useProperties(view.kind);
  return (
    <Settled query={query} skeleton={<SkeletonRows />} reading="Reading the names of properties …">
      {({ names }) => (names.length === 0 ? <NoProperties /> : <OneProperty names={names} />)}
    </Settled>
  );
}

function OneProperty({ names }: { names: readonly string[] }) {
  const [params] = useSearchParams();
  const [, setName] = useParam('name');
  const name = params.get('name') ?? names[0] ?? '';
  const place = useMemo(() => propertyPlace(name), [name]);
  const trigger = (
    <Button>
      <Tags size={13} aria-hidden className="text-muted" />
      Property: {name}
      <ChevronDown size={13} aria-hidden className="text-muted" />
    </Button>
  );
  const choice = (
    <Menu trigger={trigger} align="end">
      {names.map((each) => (
        <MenuItem key={each} onSelect={() => setName(each)}>
          {each}
        </MenuItem>
      ))}
    </Menu>
  );
  return <BreakdownPage key={name} place={place} aside={choice} />;
}

const example = 'Helicone-Property-Team: search';

function NoProperties() {
  return (
    <div className="flex flex-col gap-3 p-4">
      <PageHead title="Properties" question="What does it cost by property?" />
      <p className="max-w-150 text-muted">
        No request has carried a property yet. Send any header that begins with{' '}
        <code className="font-mono">Helicone-Property-</code> or <code className="font-mono">Spendlens-Property-</code>,
        and its values appear here:
      </p>
      <div className="flex w-fit items-center gap-2 rounded-md border border-line bg-surface py-1 pr-1 pl-3">
        <code className="font-mono text-small">{example}</code>
        <CopyButton text={example} label="Copy the header" />
      </div>
    </div>
  );
}
