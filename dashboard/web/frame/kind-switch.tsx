import { FlaskConical } from 'lucide-react';
import { Segments } from '../parts/segments.tsx';
import { useParam, useServer, useView } from '../state/view.tsx';

const options = [
  { value: 'app', title: 'App' },
  { value: 'demo', title: 'Demo' },
] as const;

/** Only there when demo rows are: who never ran the demo never meets the word. */
export function KindSwitch() {
  const { rows } = useServer();
  const { view } = useView();
  const [, setKind] = useParam('kind');
  if (rows.demo === 0) return null;
  return <Segments label="Traffic" options={options} value={view.kind} onChange={setKind} />;
}

export function DemoBadge() {
  const { view } = useView();
  if (view.kind !== 'demo') return null;
  return (
    <span className="inline-flex h-6 items-center gap-1.5 rounded-full border border-warn/40 bg-warn-soft px-2 text-small font-medium whitespace-nowrap text-warn">
      <FlaskConical size={13} aria-hidden />
      Demo data
    </span>
  );
}
