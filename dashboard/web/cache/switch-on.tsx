import { CopyButton } from '../parts/copy.tsx';
import { Panel } from '../parts/panel.tsx';

const HEADER = 'Helicone-Cache-Enabled: true';

/** Nobody asked the cache in this view: what it is, and the one header that it takes. */
export function SwitchOn() {
  return (
    <Panel title="The cache was not asked in this range">
      <div className="flex flex-col gap-3 px-3 pt-1 pb-3">
        <p className="max-w-180 text-muted">
          Whoever asks the same thing again can be given the answer of the first time: at once, and for nothing. Nobody
          is answered from the cache who does not ask for it, and keys never share their answers. Answers are kept for a
          week, or for as long as <code className="font-mono text-text">Cache-Control: max-age</code> says. Send one
          header with the requests that may be answered so:
        </p>
        <div className="flex max-w-180 items-center gap-2 rounded-md bg-sunken py-1.5 pr-1.5 pl-3">
          <code className="min-w-0 flex-1 truncate font-mono text-small">{HEADER}</code>
          <CopyButton text={HEADER} label="Copy the header">
            Copy
          </CopyButton>
        </div>
        <p className="max-w-180 text-small text-muted">What it would have saved here already stands below.</p>
      </div>
    </Panel>
  );
}
